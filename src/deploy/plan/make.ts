/** Making a plan: the deployer's decisions, put where the machine will carry them out. Pure: no call is made, nothing is read. */
import type { Deployer, Fleet, Needs, PlannedCall, Situation, Thing } from '../deployer.ts'
import type { DeploymentKind } from '../deployment/rows.ts'
import { memoryOf, portsOf, type Standing, takeDownOrder } from '../intent/standing.ts'
import type { Release } from '../release/schemas.ts'
import { bakeTimeOf, type Step, stepsOf, weightsAt } from '../strategy/steps.ts'
import { type Act, idOf, makesRoom, type Plan, type PlannedHook, type Stage } from './plan.ts'

/** Beyond the time of the bakes: people notice late. */
export const warmBeyondBakeMs = 15 * 60_000

/** In a plan the new fleet has no id yet. */
export const newFleet = 'new'

/** A fleet with what stands of it, and what of that is being taken down. */
export type Standings = {
  readonly fleet: Fleet
  readonly standing: readonly Standing[]
  readonly leaving: readonly Standing[]
}

export type Ground = {
  readonly kind: DeploymentKind
  readonly deployer: Deployer
  readonly digest: string
  readonly incoming: Fleet
  readonly serving: Standings | undefined
  readonly warm: Standings | undefined
  readonly survey: Situation['survey']
}

/**
 * The plan of a deployment. The same ground gives the same plan. What stands warm stays until the new version is committed, so
 * that a deployment that fails leaves a place to which somebody can still go back at once; it goes first only where there is
 * room for the new version then, and none otherwise.
 */
export function makePlan(ground: Ground): Plan {
  if (ground.kind === 'rollback') return planRollback(ground)
  const kept = planForward(ground, false)
  if (ground.warm === undefined || !lacksRoom(ground, kept)) return kept
  const cleared = planForward(ground, true)
  return lacksRoom(ground, cleared) ? kept : cleared
}

const lacksRoom = (ground: Ground, plan: Plan): boolean =>
  ground.deployer.check(situationOf(ground, plan), plan.needs).some((problem) => problem.class === 'capacity')

export function situationOf(ground: Ground, plan: Plan): Situation {
  return situationWith(ground, plan.kind === 'rollback' || makesRoom(plan) ? undefined : ground.warm)
}

function situationWith({ incoming, serving, survey }: Ground, warm: Standings | undefined): Situation {
  const { project, config } = incoming.release
  return { project, config, incoming, outgoing: serving?.fleet, warm: warm?.fleet, survey }
}

function planForward(ground: Ground, clearFirst: boolean): Plan {
  const { deployer, incoming, serving, warm } = ground
  const { release } = incoming
  const situation = situationWith(ground, clearFirst ? undefined : warm)
  const stoodWarm = (name: string) => (warm === undefined ? [] : removal(name, warm, 'of the version that stood warm'))
  const cold = serving === undefined ? [] : coldOf(serving)
  const steps = stepsOf(strategyOf(ground), release.services)
  const stages = [
    stage('MakeRoom', clearFirst ? stoodWarm('makeRoom') : []),
    stage('Prepare', deployer.prepare(situation).map(asActs)),
    ...steps.flatMap((_, index) => stepStages(deployer, situation, steps, index)),
    stage('KeepWarm', [...restOf(serving, cold), ...(clearFirst ? [] : stoodWarm('retire'))]),
  ]
  const stays = serving !== undefined && cold.length === 0
  const later = stage('CleanUp', stays ? removal('later', withoutWorkers(serving)) : [])
  return {
    ...commonParts(ground),
    steps,
    stages,
    later,
    warmMs: bakeTimeOf(steps) + warmBeyondBakeMs,
    hooks: hooksOf(release),
    stopped: serving === undefined ? [] : workersOf(serving),
    ...(cold.length === 0 ? {} : { cold }),
    needs: needsOf(stages, serving, warm),
  }
}

/** The former version gets everything in one switch; only then are its workers woken and the bad version taken down. */
function planRollback(ground: Ground): Plan {
  const { deployer, incoming, serving, warm } = ground
  const situation = situationWith(ground, undefined)
  const { services } = incoming.release
  const steps: readonly Step[] = [
    { shares: shareAll(services, ({ instances }) => ({ instances, weight: 100 })), bake: { ms: 0, requests: 0 } },
  ]
  const [all, none] = [shareAll(services, () => 100), shareAll(services, () => 0)]
  // Those that nobody has begun to stop work on; half stopped is stopped, then started again.
  const leaving = warm?.leaving ?? []
  const leaves = new Set(leaving.map(({ position }) => position))
  const stays = new Set(warm?.standing.filter(({ position }) => !leaves.has(position)).map(({ call }) => call.id))
  const woken = Object.entries(services)
    .flatMap(([name, { queueWorker, instances }]) =>
      queueWorker ? startsOf(deployer, situation, name, [0, instances]) : [],
    )
    .filter((act) => !stays.has(idOf(act)))
  const stages = [
    stage('Switch', deployer.shift(situation, all, none).map(asActs)),
    stage('KeepWarm', [
      ...(warm === undefined ? [] : removal('stop', { ...warm, standing: leaving })),
      ...waveOf(woken),
      ...(serving === undefined ? [] : removal('takeDown', serving)),
    ]),
  ]
  return {
    ...commonParts(ground),
    steps,
    stages,
    later: stage('CleanUp', []),
    warmMs: 0,
    hooks: [],
    stopped: [],
    needs: needsOf(stages, serving, warm),
  }
}

function commonParts({ kind, deployer, incoming, serving, warm, digest }: Ground) {
  const { project, config, rollback } = incoming.release
  return {
    kind,
    project,
    config,
    target: deployer.kind,
    releaseId: incoming.releaseId,
    digest,
    serving: serving?.fleet.id ?? null,
    warm: warm?.fleet.id ?? null,
    forwardOnly: kind !== 'deploy' || rollback === 'automatic' ? null : rollback.forwardOnly,
  }
}

/** Out slowly, back fast: a release that served before is not tried again in steps. */
const strategyOf = ({ kind, incoming }: Ground): Release['strategy'] =>
  kind === 'return' ? { kind: 'all-at-once', bake: incoming.release.strategy.bake } : incoming.release.strategy

function stepStages(deployer: Deployer, situation: Situation, steps: readonly Step[], index: number): Stage[] {
  const step = steps[index]
  if (step === undefined) return []
  const before = steps[index - 1]
  const starts = Object.entries(step.shares).flatMap(([service, { instances }]) =>
    startsOf(deployer, situation, service, [before?.shares[service]?.instances ?? 0, instances]),
  )
  const weights = weightsAt(step)
  const weightsBefore = before === undefined ? shareAll(step.shares, () => 0) : weightsAt(before)
  const join = deployer.join?.(situation, weights, weightsBefore).map(asActs) ?? []
  const shift = deployer.shift(situation, weights, weightsBefore).map(asActs)
  const state = index === steps.length - 1 ? 'Switch' : 'Shift'
  return [
    stage('Start', [...waveOf(starts), ...join], index),
    stage(state, shift, state === 'Shift' ? index : undefined),
  ]
}

function startsOf(
  deployer: Deployer,
  situation: Situation,
  service: string,
  [from, to]: readonly [number, number],
): Act[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => {
    const index = from + i
    const call: PlannedCall = { ...deployer.start(situation, service, index), id: `start/${service}/${index}`, service }
    return { kind: 'do', call }
  })
}

// ---- taking down

/** Taking down what stands of a fleet, newest first. `name` keeps the acts apart from others on the same things. */
export function removal(name: string, { fleet, standing }: Standings, whose?: string): readonly (readonly Act[])[] {
  return takeDownOrder(standing).map((group) =>
    group.map(({ deployment, call }): Act => ({
      kind: 'undo',
      id: `${name}/${deployment}/${call.id}`,
      fleet: fleet.id,
      of: { deployment, call: call.id },
      says: whose === undefined ? call.undoSays : `${call.undoSays} (${whose})`,
      ...(call.creates === undefined ? {} : { deletes: call.creates }),
    })),
  )
}

/** What takes work from queues goes on doing so without traffic: it is stopped, not kept warm. */
function restOf(serving: Standings | undefined, cold: readonly string[]): readonly (readonly Act[])[] {
  if (serving === undefined) return []
  if (cold.length > 0) return removal('rest', serving, 'of the version before')
  return removal('rest', { ...serving, standing: serving.standing.filter(isWorkerOf(serving)) })
}

/** One service without its instances is no version that could come back in one switch: so with one that rests, all of it goes. */
const coldOf = ({ fleet }: Standings): readonly string[] =>
  Object.entries(fleet.release.services).flatMap(([name, { keepWarm }]) => (keepWarm ? [] : [name]))

const withoutWorkers = (serving: Standings): Standings => ({
  ...serving,
  standing: serving.standing.filter((one) => !isWorkerOf(serving)(one)),
})

const isWorkerOf =
  ({ fleet }: Standings) =>
  ({ call }: Standing): boolean =>
    call.service !== undefined && fleet.release.services[call.service]?.queueWorker === true

const workersOf = ({ fleet }: Standings): readonly string[] =>
  Object.entries(fleet.release.services).flatMap(([name, { queueWorker }]) => (queueWorker ? [name] : []))

// ---- needs

/** Room over what stands now, at the worst moment. A wave's things are counted before any of them is gone. */
function needsOf(stages: readonly Stage[], ...standing: readonly (Standings | undefined)[]): Needs {
  const there = standing.flatMap((one) => one?.standing.flatMap(({ call }) => call.creates ?? []) ?? [])
  const waves = stages.flatMap(({ waves: all }) => all)
  return {
    memoryBytes: Math.max(0, peakOf(waves, memoryOf(there), memoryOf) - memoryOf(there)),
    ports: Math.max(0, peakOf(waves, portsOf(there), portsOf) - portsOf(there)),
  }
}

function peakOf(
  waves: readonly (readonly Act[])[],
  start: number,
  sizeOf: (things: readonly Thing[]) => number,
): number {
  let [now, peak] = [start, start]
  for (const wave of waves) {
    now += sizeOf(wave.flatMap((act) => (act.kind === 'do' ? (act.call.creates ?? []) : [])))
    peak = Math.max(peak, now)
    now -= sizeOf(wave.flatMap((act) => (act.kind === 'undo' ? (act.deletes ?? []) : [])))
  }
  return peak
}

// ---- small parts

const stage = (state: Stage['state'], waves: Stage['waves'], step?: number): Stage => ({
  state,
  ...(step === undefined ? {} : { step }),
  waves: waves.filter((wave) => wave.length > 0),
})

const asActs = (wave: readonly PlannedCall[]): readonly Act[] => wave.map((call) => ({ kind: 'do', call }))
const waveOf = (acts: readonly Act[]): readonly (readonly Act[])[] => (acts.length === 0 ? [] : [acts])

function shareAll<In, Out>(services: Readonly<Record<string, In>>, of: (service: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(services).map(([name, service]) => [name, of(service)]))
}

function hooksOf({ hooks }: Release): readonly PlannedHook[] {
  const moments = ['before', 'smoke', 'after', 'onFailure'] as const
  return moments.flatMap((moment) => hooks[moment].map(({ procedure }, index) => ({ moment, index, procedure })))
}
