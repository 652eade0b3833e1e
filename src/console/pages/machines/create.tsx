/** The name of a new machine, and what it begins with; the editor does the rest. */
import { Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ApiFault } from '../../api/client.ts'
import { useApi } from '../../api/context.tsx'
import { useWords } from '../../words/index.tsx'
import { sampleNames } from './search.ts'

const isName = (text: string): boolean => /^[\w-]{1,80}$/.test(text)

export function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const { client } = useApi()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [sample, setSample] = useState<string>('none')
  const [type, setType] = useState<Type>('STANDARD')
  const [fault, setFault] = useState<string>()
  const isTaken = async (): Promise<boolean> => {
    try {
      await client.call('machineDescribe', { params: { machine: name } })
      return true
    } catch (error) {
      if (error instanceof ApiFault && error.problem.status === 404) return false
      throw error
    }
  }
  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!isName(name)) return setFault(t('machine.nameHint'))
    if (await isTaken()) return setFault(t('machine.nameTaken'))
    const found = sampleNames.find((one) => one === sample)
    const search = { ...(found === undefined ? {} : { sample: found }), ...(type === 'EXPRESS' ? { type } : {}) }
    void navigate({ to: '/machines/$machine/edit', params: { machine: name }, search })
  }
  const failed = (error: unknown): void => setFault(error instanceof Error ? error.message : String(error))
  return (
    <Modal opened onClose={onClose} title={t('machine.createTitle')}>
      <form onSubmit={(event) => void open(event).catch(failed)}>
        <TextInput
          data-autofocus
          label={t('machine.name')}
          description={t('machine.nameHint')}
          value={name}
          error={fault}
          onChange={(event) => {
            setName(event.currentTarget.value)
            setFault(undefined)
          }}
        />
        <Beginnings sample={sample} onSample={setSample} type={type} onType={setType} />
        <p>{t('machine.createHint')}</p>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('part.cancel')}
          </Button>
          <Button type="submit">{t('machine.createGo')}</Button>
        </Group>
      </form>
    </Modal>
  )
}

type Type = 'STANDARD' | 'EXPRESS'
type BeginningsOf = {
  readonly sample: string
  readonly onSample: (sample: string) => void
  readonly type: Type
  readonly onType: (type: Type) => void
}

function Beginnings({ sample, onSample, type, onType }: BeginningsOf) {
  const { t } = useWords()
  return (
    <>
      <NativeSelect
        mt="sm"
        size="xs"
        label={t('machine.beginWith')}
        value={sample}
        onChange={(event) => onSample(event.currentTarget.value)}
        data={(['none', ...sampleNames] as const).map((one) => ({ value: one, label: t(`machine.sample_${one}`) }))}
      />
      <NativeSelect
        mt="sm"
        size="xs"
        label={t('machine.type')}
        value={type}
        onChange={(event) => onType(event.currentTarget.value === 'EXPRESS' ? 'EXPRESS' : 'STANDARD')}
        data={(['STANDARD', 'EXPRESS'] as const).map((one) => ({ value: one, label: t(`machine.type_${one}`) }))}
      />
    </>
  )
}
