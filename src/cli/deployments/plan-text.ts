/** A plan as people review it: every call in its order, what stands and what goes, what cannot be undone. Pure. */
import { formatDuration } from '../../base/index.ts'
import type { Plan, PlanAct, PlanAnswer, PlanStage } from '../client/deploy-schemas.ts'
import { type Paint, printable } from '../paint.ts'
import { clip, wrap } from '../width.ts'
import { shareWords } from './rows.ts'
import { counted, grouped, placeWords } from './words.ts'

export type PlanStyle = {
  readonly paint: Paint
  /** Characters a line may take. */
  readonly width: number
  /** Every parameter to its end; otherwise what fits into a line. */
  readonly full: boolean
  /** A parameter that is only known at run time, as people read it. */
  show(parameters: unknown): unknown
}

export function planText({ plan, problems }: PlanAnswer, style: PlanStyle): string {
  const { paint } = style
  const { kind, releaseId, target } = plan
  return [
    `${paint.bold(`${kind} ${printable(placeWords(plan))}`)} on ${target}`,
    paint.dim(`  release ${releaseId}${plan.serving === undefined ? '; the first one here' : ''}`),
    ...warningLines(plan, style),
    '',
    ...plan.stages.flatMap((stage) => stageLines(plan, stage, style)),
    ...hookLines(plan, 'after'),
    ...laterLines(plan, style),
    '',
    ...summaryLines(plan),
    ...problemLines(problems, style),
  ].join('\n')
}

function warningLines({ forwardOnly, stopped, cold, stages }: Plan, { paint, width }: PlanStyle): readonly string[] {
  const makesRoom = stages.some(({ state, waves }) => state === 'MakeRoom' && waves.length > 0)
  const words = [
    ...(forwardOnly === undefined ? [] : [`forward only: it is never rolled back by itself: ${forwardOnly}`]),
    ...stopped.map((service) => `${service} takes work from a queue: its former version is stopped, not kept warm`),
    ...(cold.length === 0
      ? []
      : [
          `keepWarm is off for ${cold.join(', ')}: once this version serves, the one before is stopped; a rollback starts it anew`,
        ]),
    ...(makesRoom
      ? [
          'there is no room for three versions: the one that stands warm goes first, and until this one serves, a rollback starts it anew',
        ]
      : []),
  ]
  return words.flatMap((text) =>
    wrap(printable(text), width - 4).map((line, i) => `  ${paint.tone('halted', `${i === 0 ? '!' : ' '} ${line}`)}`),
  )
}

function stageLines(plan: Plan, stage: PlanStage, style: PlanStyle): readonly string[] {
  const { state, step, waves } = stage
  const index = state === 'Switch' ? plan.steps.length - 1 : (step ?? 0)
  const title =
    plan.steps.length > 1 && (step !== undefined || state === 'Switch')
      ? `${state} ${index + 1}/${plan.steps.length}`
      : state
  const lines = waves.flat().flatMap((act) => actLines(act, style))
  const isTraffic = state === 'Shift' || state === 'Switch'
  const before = state === 'Start' && index === 0 ? hookLines(plan, 'before') : []
  const smoke = isTraffic && index === 0 ? hookLines(plan, 'smoke') : []
  const planned = plan.steps[index]
  const bake = isTraffic && planned !== undefined && plan.kind !== 'rollback' ? [bakeLine(planned)] : []
  if (lines.length === 0) return [...before, ...smoke]
  return [...before, ...smoke, `  ${style.paint.bold(title)}`, ...lines, ...bake]
}

function bakeLine(step: Plan['steps'][number]): string {
  const { ms, requests } = step.bake
  const wanted = requests === 0 ? '' : ` and ${grouped(requests)} requests`
  return `    = ${shareWords(step)}, watched for ${formatDuration(ms)}${wanted}`
}

function hookLines({ hooks }: Plan, moment: string): readonly string[] {
  const titles: Readonly<Record<string, string>> = { before: 'BeforeHooks', smoke: 'SmokeTests', after: 'AfterHooks' }
  const own = hooks.filter((hook) => hook.moment === moment)
  return own.length === 0
    ? []
    : [`  ${titles[moment] ?? moment}`, ...own.map(({ procedure }) => `    > run ${procedure}`)]
}

/** So much of the parameters is shown where lines have no end. */
const shortParameters = 160

function actLines(act: PlanAct, { paint, width, show, full }: PlanStyle): readonly string[] {
  if (act.kind === 'undo') return [`    ${paint.tone('failed', `- ${printable(act.says)}`)}`]
  const { says, creates, parameters, alternatives = [], undoSays } = act.call
  const others =
    alternatives.length === 0 ? '' : ` (or ${counted(alternatives.length, 'other place')}, if there is no room)`
  const told = printable(JSON.stringify(show(parameters)))
  const mark = creates === undefined ? paint.tone('running', '~') : paint.tone('done', '+')
  return [
    `    ${mark} ${printable(`${says}${others}`)}`,
    paint.dim(`        undo: ${printable(undoSays)}`),
    paint.dim(full ? `        ${told}` : clip(`        ${told}`, Math.min(width, shortParameters))),
  ]
}

function laterLines({ later, warmMs, serving }: Plan, style: PlanStyle): readonly string[] {
  const acts = later.waves.flat()
  if (serving === undefined || acts.length === 0) return []
  return [
    `  ${style.paint.bold('Later')}, when the former version has stood warm for ${formatDuration(warmMs)}`,
    ...acts.flatMap((act) => actLines(act, style)),
  ]
}

function summaryLines({ stages, later, needs }: Plan): readonly string[] {
  const acts = stages.flatMap(({ waves }) => waves.flat())
  const created = acts.flatMap((act) => (act.kind === 'do' && act.call.creates !== undefined ? [act.call.creates] : []))
  const gone = [...acts, ...later.waves.flat()].flatMap((act) =>
    act.kind === 'undo' && act.deletes !== undefined ? [act.deletes] : [],
  )
  return [
    `  ${counted(acts.length, 'call')}: + ${kindsOf(created)}, - ${kindsOf(gone)}`,
    `  at its peak ${grouped(Math.ceil(needs.memoryBytes / 1_048_576))} MiB of memory and ${counted(needs.ports, 'port')} more than now`,
  ]
}

function kindsOf(things: readonly { readonly kind: string }[]): string {
  const kinds = Map.groupBy(things, ({ kind }) => kind)
  return kinds.size === 0 ? 'nothing' : [...kinds].map(([kind, all]) => counted(all.length, kind)).join(', ')
}

export function problemLines(problems: PlanAnswer['problems'], { paint, width }: Pick<PlanStyle, 'paint' | 'width'>) {
  return problems.flatMap(({ field, what, command }) => [
    '',
    `  ${paint.tone('failed', `✗ ${printable(field === undefined ? what : `${field}: ${what}`)}`)}`,
    ...wrap(printable(command), width - 4).map((line) => `    ${line}`),
  ])
}
