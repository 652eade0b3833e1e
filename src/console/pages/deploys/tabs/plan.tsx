/** What it planned: state by state, in waves, what is made and what is taken down, and what that needs at its worst moment. */
import { useAnswer } from '../../../api/context.tsx'
import type { Plan as Planned } from '../../../api/generated.ts'
import { Copy } from '../../../parts/copy.tsx'
import { Id } from '../../../parts/id.tsx'
import { Facts } from '../../../parts/page.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { durationWords } from '../../../parts/times.ts'
import { useWords } from '../../../words/index.tsx'
import deploy from '../deploy.module.css'
import styles from './tabs.module.css'

type Stage = Planned['stages'][number]
type Act = Stage['waves'][number][number]

export function Plan({ id }: { readonly id: string }) {
  const { t, language } = useWords()
  const found = useAnswer('deploymentPlan', { params: { id } })
  if (found.isError) return <ProblemBox error={found.error} />
  if (found.isPending) return <p className={deploy['quiet']}>{t('part.loading')}</p>
  if (found.data === undefined || found.data === null) return <p className={deploy['quiet']}>{t('deploy.noPlan')}</p>
  const { plan, hash, text } = found.data
  const stages = plan.stages.filter(({ waves }) => waves.length > 0)
  const mebibytes = new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(
    plan.needs.memoryBytes / 2 ** 20,
  )
  return (
    <>
      <Facts
        facts={[
          [t('deploy.hash'), <Id key="hash" value={hash} what={t('deploy.hash')} short />],
          [t('deploy.peakMemory'), `${mebibytes} MiB`],
          [t('deploy.peakPorts'), String(plan.needs.ports)],
          [t('deploy.warmFor'), durationWords(plan.warmMs)],
          [t('deploy.steps'), String(plan.steps.length)],
        ]}
      />
      {plan.forwardOnly === null ? null : <p>{t('deploy.forwardOnly', { why: plan.forwardOnly })}</p>}
      <ol className={styles['plan']}>
        {stages.map((stage) => (
          <StageOfPlan key={`${stage.state} ${stage.step ?? ''}`} stage={stage} plan={plan} />
        ))}
        {plan.later.waves.length === 0 ? null : (
          <StageOfPlan stage={{ ...plan.later, state: t('deploy.later') }} plan={plan} />
        )}
      </ol>
      <details className={styles['asText']}>
        <summary>{t('deploy.planAsText')}</summary>
        <div className={deploy['text']}>
          <Copy text={text} what={t('deploy.plan')} />
          <pre>{text}</pre>
        </div>
      </details>
    </>
  )
}

function StageOfPlan({ stage, plan }: { readonly stage: Stage; readonly plan: Planned }) {
  const { t } = useWords()
  const { state, step, waves } = stage
  const isOneOfSeveral = step !== undefined && plan.steps.length > 1
  return (
    <li>
      <h3>{isOneOfSeveral ? `${state} ${step + 1}` : state}</h3>
      <ol className={styles['waves']}>
        {waves.map((wave, index) => (
          <li key={wave.map((act) => (act.kind === 'do' ? act.call.id : act.id)).join()}>
            <span className={styles['wave']}>{t('deploy.wave', { number: index + 1 })}</span>
            <ul>
              {wave.map((act) => (
                <ActOfPlan key={act.kind === 'do' ? act.call.id : act.id} act={act} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </li>
  )
}

/** A sign as well as a colour: what is made, what is taken down, what is changed. */
function ActOfPlan({ act }: { readonly act: Act }) {
  const { t } = useWords()
  if (act.kind === 'undo') {
    return (
      <li data-act="removed">
        <span role="img" aria-label={t('deploy.removes')}>
          −
        </span>
        {act.says}
      </li>
    )
  }
  const makes = act.call.creates !== undefined
  return (
    <li data-act={makes ? 'added' : 'changed'}>
      <span role="img" aria-label={t(makes ? 'deploy.makes' : 'deploy.changes')}>
        {makes ? '+' : '±'}
      </span>
      {act.call.says}
    </li>
  )
}
