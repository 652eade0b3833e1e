/** A plan as people read it: what will happen, in order, what stands afterwards, and what cannot be undone. Pure. */
import { formatDuration } from '../../base/index.ts'
import type { Thing } from '../deployer.ts'
import type { Step } from '../strategy/steps.ts'
import { type Act, actsOf, makesRoom, type Plan, type Stage } from './plan.ts'

export function describePlan(plan: Plan, hash: string): string {
  const { project, config, releaseId, target, kind } = plan
  return [
    `${kind} ${releaseId} to ${project} ${config} on ${target}`,
    `plan ${hash}`,
    ...warnings(plan),
    '',
    ...plan.stages.flatMap((stage) => describeStage(plan, stage)),
    ...describeHooks(plan, 'after'),
    ...laterLines(plan),
    '',
    ...summary(plan),
  ].join('\n')
}

function warnings(plan: Plan): readonly string[] {
  const { forwardOnly, stopped, cold = [] } = plan
  return [
    ...(forwardOnly === null
      ? []
      : [`! never rolled back by itself once it has begun to change things: ${forwardOnly}`]),
    ...stopped.map((service) => `! ${service} takes work from a queue: its former version is stopped, not kept warm`),
    ...(cold.length === 0 ? [] : [`! ${coldWords(cold)}`]),
    ...(makesRoom(plan) ? [`! ${noRoomWords}`] : []),
  ]
}

const coldWords = (cold: readonly string[]): string =>
  `keepWarm is off for ${cold.join(', ')}: once this version serves, the one before is stopped; a rollback starts it anew`

const noRoomWords =
  'there is no room for three versions: the one that stands warm goes first, and until this one serves, a rollback starts it anew'

function describeStage(plan: Plan, { state, step, waves }: Stage): readonly string[] {
  const calls = waves.flatMap((wave) => wave.map((act) => `    ${describeAct(act)}`))
  const bake = state === 'Switch' ? plan.steps.at(-1) : state === 'Shift' ? plan.steps[step ?? 0] : undefined
  const title = step === undefined ? state : `${state} ${step + 1} of ${plan.steps.length}`
  const before = state === 'Start' && step === 0 ? describeHooks(plan, 'before') : []
  const smoke = isFirstTraffic(plan, state, step) ? describeHooks(plan, 'smoke') : []
  const lines = calls.length === 0 ? [] : [`  ${title}`, ...calls]
  return [
    ...before,
    ...smoke,
    ...lines,
    ...(bake === undefined || plan.kind === 'rollback' ? [] : [describeBake(bake)]),
  ]
}

const isFirstTraffic = ({ steps }: Plan, state: string, step: number | undefined): boolean =>
  (state === 'Shift' && step === 0) || (state === 'Switch' && steps.length === 1)

function describeHooks({ hooks }: Plan, moment: string): readonly string[] {
  const own = hooks.filter((hook) => hook.moment === moment)
  return own.length === 0
    ? []
    : [`  Hooks (${moment})`, ...own.map(({ procedure }) => `    run the procedure ${procedure}`)]
}

function describeBake({ bake }: Step): string {
  const requests = bake.requests === 0 ? '' : ` and ${bake.requests} requests`
  return `    watch it for ${formatDuration(bake.ms)}${requests}`
}

function describeAct(act: Act): string {
  if (act.kind === 'undo') return `- ${act.says}`
  const { says, undoSays, creates, alternatives = [] } = act.call
  const others = alternatives.length === 0 ? '' : ` (${alternatives.length} other places if there is no room)`
  return `${creates === undefined ? '~' : '+'} ${says}${others}    undo: ${undoSays}`
}

function laterLines({ later, warmMs, serving }: Plan): readonly string[] {
  const acts = later.waves.flat()
  if (serving === null || acts.length === 0) return []
  return [`  Later, ${formatDuration(warmMs)} after the switch`, ...acts.map((act) => `    ${describeAct(act)}`)]
}

function summary(plan: Plan): readonly string[] {
  const acts = actsOf(plan)
  const created = acts.flatMap((act) => (act.kind === 'do' && act.call.creates !== undefined ? [act.call.creates] : []))
  const deleted = [...acts, ...plan.later.waves.flat()].flatMap((act) =>
    act.kind === 'undo' && act.deletes !== undefined ? [act.deletes] : [],
  )
  const { memoryBytes, ports } = plan.needs
  return [
    `${acts.length} calls; creates ${countOf(created)}; deletes ${countOf(deleted)}`,
    `at its peak ${Math.ceil(memoryBytes / 1_048_576)} MiB and ${ports} ports more than now`,
  ]
}

function countOf(things: readonly Thing[]): string {
  const counts = Map.groupBy(things, ({ kind }) => kind)
  return counts.size === 0 ? 'nothing' : [...counts].map(([kind, all]) => `${all.length} ${kind}`).join(', ')
}
