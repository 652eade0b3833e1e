/** What was published of a machine, and the aliases that lead there. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { AliasSummary, MachineVersion } from '../../api/generated.ts'
import { useList } from '../../api/list.ts'
import { MayButton } from '../../parts/may-button.tsx'
import { Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import styles from './machines.module.css'
import tables from './plain-table.module.css'

export function Versions({ machine }: { readonly machine: string }) {
  const { t } = useWords()
  const [isOpen, dialog] = useDisclosure(false)
  const versions = useList('versionList', { params: { machine }, query: { limit: '200' } }, ({ arn }) => arn)
  const aliases = useList('aliasList', { params: { machine }, query: { limit: '200' } }, ({ arn }) => arn)
  const failed = versions.error ?? aliases.error
  if (failed !== null) return <ProblemBox error={failed} onRetry={() => void versions.refetch()} />
  return (
    <div className={styles['whole']}>
      <Section
        title={t('machine.versions')}
        aside={
          <MayButton needs={{ verb: 'machine.publish' }} variant="default" onClick={dialog.open}>
            {t('machine.publish')}
          </MayButton>
        }
      >
        {versions.items.length === 0 ? (
          <p className={styles['quiet']}>{t('machine.noVersions')}</p>
        ) : (
          <VersionTable versions={versions.items} />
        )}
      </Section>
      <Section title={t('machine.aliases')}>
        {aliases.items.length === 0 ? (
          <p className={styles['quiet']}>{t('machine.noAliases')}</p>
        ) : (
          <AliasTable machine={machine} aliases={aliases.items} />
        )}
      </Section>
      {isOpen ? <PublishDialog machine={machine} onClose={dialog.close} /> : null}
    </div>
  )
}

function VersionTable({ versions }: { readonly versions: readonly MachineVersion[] }) {
  const { t } = useWords()
  return (
    <table className={tables['table']}>
      <thead>
        <tr>
          <th>{t('machine.version')}</th>
          <th>{t('machine.created')}</th>
          <th>{t('machine.described')}</th>
        </tr>
      </thead>
      <tbody>
        {versions.map(({ version, createdAt, description = '' }) => (
          <tr key={version}>
            <td>{version}</td>
            <td>
              <When at={createdAt} />
            </td>
            <td>{description}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function AliasTable({ machine, aliases }: { readonly machine: string; readonly aliases: readonly AliasSummary[] }) {
  const { t } = useWords()
  return (
    <table className={tables['table']}>
      <thead>
        <tr>
          <th>{t('machine.alias')}</th>
          <th>{t('machine.routing')}</th>
          <th>{t('machine.changed')}</th>
        </tr>
      </thead>
      <tbody>
        {aliases.map(({ name }) => (
          <AliasRow key={name} machine={machine} name={name} />
        ))}
      </tbody>
    </table>
  )
}

function AliasRow({ machine, name }: { readonly machine: string; readonly name: string }) {
  const { t } = useWords()
  const { data } = useAnswer('aliasDescribe', { params: { machine, alias: name } })
  const routing = useMemo(() => data?.routing.map((route) => t('machine.routeOf', route)).join(', '), [data, t])
  return (
    <tr>
      <td>{name}</td>
      <td>{routing}</td>
      <td>{data === undefined ? null : <When at={data.updatedAt} />}</td>
    </tr>
  )
}

function PublishDialog({ machine, onClose }: { readonly machine: string; readonly onClose: () => void }) {
  const { t } = useWords()
  const [description, setDescription] = useState('')
  const publish = useAct('machinePublish')
  const body = description.trim() === '' ? {} : { description: description.trim() }
  return (
    <Modal opened onClose={onClose} title={t('machine.publishTitle')}>
      <p>{t('machine.publishHint')}</p>
      <TextInput
        data-autofocus
        label={t('machine.described')}
        maxLength={256}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      {publish.isError ? <ProblemBox error={publish.error} /> : null}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('part.cancel')}
        </Button>
        <Button
          loading={publish.isPending}
          onClick={() => publish.mutate({ params: { machine }, body }, { onSuccess: onClose })}
        >
          {t('machine.publish')}
        </Button>
      </Group>
    </Modal>
  )
}
