/** One host: is it there, how full is it, what runs there, and what does its edge do with requests. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useAct, useAnswer } from '../../api/context.tsx'
import type { Host } from '../../api/generated.ts'
import { Details } from '../../parts/details.tsx'
import { MayButton } from '../../parts/may-button.tsx'
import { Facts, Page, Section } from '../../parts/page.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { Moment, When } from '../../parts/when.tsx'
import { useWords } from '../../words/index.tsx'
import { Capacity } from './capacity.tsx'
import { Edge } from './edge.tsx'
import styles from './host.module.css'
import { Instances } from './instances.tsx'
import { standingOf } from './standing.ts'

/** Asked so often while somebody looks: nothing that happens on a host is in the trail. */
const everyMs = 2000

export function HostPage() {
  const { t } = useWords()
  const { host: named } = useParams({ from: '/frame/hosts/$host' })
  const host = useAnswer('hostDescribe', { params: { host: named } }, { everyMs })
  const look = useAnswer('hostLook', { params: { host: named } }, { everyMs, enabled: host.data?.isConnected === true })
  if (host.isError) {
    return (
      <Page name={named} title={named}>
        <ProblemBox error={host.error} onRetry={() => void host.refetch()} />
      </Page>
    )
  }
  if (host.data === undefined) return <Page name={named} title={named} status={t('part.loading')} children={null} />
  const isAway = host.data.state === 'away'
  return (
    <Page
      name={host.data.name}
      title={host.data.name}
      status={<Standing host={host.data} />}
      actions={<Actions host={host.data} />}
    >
      <Identity host={host.data} />
      <Capacity host={host.data} />
      {isAway ? (
        <Section title={t('host.instances')}>
          <p className={styles['quiet']}>
            {t(host.data.lastSeenAt === undefined ? 'host.notYet' : 'host.cannotTell', { name: host.data.name })}
          </p>
        </Section>
      ) : look.isError ? (
        <ProblemBox error={look.error} onRetry={() => void look.refetch()} />
      ) : look.data === undefined ? (
        <p className={styles['quiet']}>{t('host.asking')}</p>
      ) : (
        <>
          {look.data.silent === undefined ? null : (
            <p>
              <State tone="failed" word={t('host.silent', { why: look.data.silent })} />
            </p>
          )}
          <Instances look={look.data} />
          <Edge look={look.data} />
        </>
      )}
    </Page>
  )
}

function Standing({ host }: { readonly host: Host }) {
  const { t } = useWords()
  const { tone, says } = standingOf(host)
  const { lastSeenAt, facts } = host
  return (
    <>
      <State tone={tone} strong word={t(`host.says_${says}`)} />
      {says === 'connected' || says === 'draining' ? (
        facts?.agentStartedAt === undefined ? null : (
          <span>
            {t('host.agentSince')} <When at={new Date(Number(facts.agentStartedAt)).toISOString()} />
          </span>
        )
      ) : lastSeenAt === undefined ? null : (
        <span>
          {t('host.lastSeen')} <When at={lastSeenAt} />
        </span>
      )}
    </>
  )
}

function Identity({ host }: { readonly host: Host }) {
  const { t } = useWords()
  const { id, zone, address, edge, agentVersion, enrolledAt, facts } = host
  return (
    <Facts
      facts={[
        [t('host.zone'), zone],
        [t('host.address'), address],
        [
          t('host.edge'),
          edge === undefined ? (
            t('host.noEdge')
          ) : (
            <a key="edge" href={edge.url} target="_blank" rel="noreferrer">
              {edge.url}
            </a>
          ),
        ],
        [t('host.agent'), agentVersion ?? '–'],
        [t('host.machine'), facts === undefined ? '–' : `${facts.hostname} · ${facts.platform}`],
        [t('host.enrolledAt'), <Moment key="enrolled" at={enrolledAt} />],
        ['ID', <code key="id">{id}</code>],
      ]}
    />
  )
}

/** Draining is what somebody most likely wants; it can be taken back at once. Removing asks, for it cannot. */
function Actions({ host }: { readonly host: Host }) {
  const { t } = useWords()
  const { act } = useSearch({ from: '/frame/hosts/$host' })
  const navigate = useNavigate()
  const undrain = useAct('hostUndrain')
  const params = { host: host.name }
  const ask = (what: 'drain' | 'remove' | undefined): void =>
    void navigate({ to: '/hosts/$host', params, search: what === undefined ? {} : { act: what }, replace: true })
  return (
    <>
      {host.isDraining ? (
        <MayButton
          needs={{ verb: 'host.undrain' }}
          loading={undrain.isPending}
          onClick={() => undrain.mutate({ params })}
        >
          {t('host.undrain')}
        </MayButton>
      ) : (
        <MayButton needs={{ verb: 'host.drain' }} variant="default" onClick={() => ask('drain')}>
          {t('host.drain')}
        </MayButton>
      )}
      <MayButton needs={{ verb: 'host.remove' }} variant="subtle" color="red" onClick={() => ask('remove')}>
        {t('host.remove')}
      </MayButton>
      {undrain.isError ? <ProblemBox error={undrain.error} /> : null}
      {act === 'drain' ? <Drain host={host} onClose={() => ask(undefined)} /> : null}
      {act === 'remove' ? <Remove host={host} onClose={() => ask(undefined)} /> : null}
    </>
  )
}

type Asked = { readonly host: Host; readonly onClose: () => void }

function Drain({ host, onClose }: Asked) {
  const { t } = useWords()
  const drain = useAct('hostDrain')
  return (
    <Details
      title={t('host.drainTitle', { name: host.name })}
      facts={[[t('host.instances'), host.facts?.instances ?? '–']]}
      onClose={onClose}
      act={{
        words: t('host.drain'),
        consequence: t('host.drainMeans'),
        needs: { verb: 'host.drain' },
        isPending: drain.isPending,
        error: drain.error,
        onAct: () => drain.mutate({ params: { host: host.name } }, { onSuccess: onClose }),
      }}
    />
  )
}

function Remove({ host, onClose }: Asked) {
  const { t } = useWords()
  const navigate = useNavigate()
  const remove = useAct('hostRemove', ['tokens'])
  const instances = host.facts?.instances ?? 0
  return (
    <Details
      title={t('host.removeTitle', { name: host.name })}
      facts={[[t('host.instances'), instances]]}
      onClose={onClose}
      act={{
        words: t('host.remove'),
        consequence: t(instances === 0 ? 'host.removeMeans' : 'host.removeRefused', { count: instances }),
        isDangerous: true,
        isReady: instances === 0,
        needs: { verb: 'host.remove' },
        isPending: remove.isPending,
        error: remove.error,
        onAct: () =>
          remove.mutate(
            { params: { host: host.name }, body: {} },
            { onSuccess: () => void navigate({ to: '/hosts' }) },
          ),
      }}
    />
  )
}
