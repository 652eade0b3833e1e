/** Reading the traffic, and judging it while the new version bakes. */
import { type CanaryVerdict, judgeCanary } from '../evidence/canary.ts'
import { type Deployment, requireDeployment } from '../deployment/rows.ts'
import { noteSample } from '../deployment/samples.ts'
import { visitsOf } from '../deployment/visits.ts'
import {
  type Evidence,
  evidenceOf,
  type Readings,
  switchFailures,
  type WayBack,
  wayBackOf,
} from '../evidence/evidence.ts'
import { kept, type TrafficReading } from '../evidence/traffic.ts'
import { intentsOfDeployment } from '../intent/rows.ts'
import { movesTraffic } from '../intent/standing.ts'
import type { Run } from './run.ts'

/** Undefined when nobody counts. A deployer that does not know what a plan is for is not asked. */
async function take(run: Run, windowsSince?: number): Promise<TrafficReading | undefined> {
  const reading = run.deployer.readTraffic?.(run.standings().fleet, run.outgoing(), run.signal, windowsSince)
  return reading === undefined ? undefined : run.race(reading)
}

/** Reads, and keeps the reading under this name unless there is one. */
export async function readTraffic(run: Run, name: keyof Readings): Promise<void> {
  if (run.progress.readings[name] !== undefined) return
  const reading = await take(run)
  if (reading !== undefined) await keep(run, { [name]: reading }, reading)
}

/** Under these names, and as one more piece of the traffic over its time. */
async function keep(run: Run, named: Readings, sampled: TrafficReading): Promise<void> {
  const readings = Object.fromEntries(Object.entries(named).map(([name, reading]) => [name, kept(reading)]))
  const change = { readings: { ...run.progress.readings, ...readings } }
  await run.remember(change, (tx) => noteSample(tx, run.id, sampled))
}

/** The last reading, for the evidence. What cannot be read any more is missing from it, and keeps nothing from ending. */
export async function readLast(run: Run): Promise<void> {
  // Without a plan nothing was touched, so there is nothing to show.
  if (run.deployment.plan === undefined) return
  const reading = await quietly(run, take(run))
  if (reading !== undefined) await keep(run, { end: reading }, reading)
}

/** Begins to read, and keeps nothing waiting for it. What it returns waits for what was read, and keeps it as the beginning. */
export function readAlongside(run: Run): () => Promise<void> {
  if (run.progress.readings.begin !== undefined) return () => Promise.resolve()
  const reading = quietly(run, take(run))
  // When the switch fails, nobody waits for it any more.
  reading.catch(() => {})
  return async () => {
    const read = await reading
    if (read === undefined) return
    await keep(run, { begin: lastOfTheOther(run) ?? read, shift: read }, read)
  }
}

/**
 * What the deployment read last that somebody goes back from, seen from here: what came since then came before the switch back.
 * Nothing has to be read for it. Undefined where it read nothing, or switched from another fleet than the one that comes back.
 */
function lastOfTheOther({ deploys, deployment, plan }: Run): TrafficReading | undefined {
  if (plan.serving === null) return undefined
  const other = requireDeployment(deploys.store.read, plan.serving)
  const { end, switched } = other.progress.readings
  const last = end ?? switched
  if (last === undefined || other.plan?.serving !== deployment.fleet) return undefined
  return { ...last, incoming: last.outgoing, outgoing: last.incoming }
}

/** As `readTraffic`, for the way back: what cannot be read is missing, and that is all. */
export async function readIfPossible(run: Run, name: keyof Readings): Promise<void> {
  if (run.progress.readings[name] !== undefined) return
  const reading = await quietly(run, take(run))
  if (reading !== undefined) await keep(run, { [name]: reading }, reading)
}

/** How often the traffic is read for nobody but who watches. */
const lookOnMs = 1000

/**
 * Reads the traffic beside other work, which never waits for it. Each time it is asked, it answers what has come meanwhile. Nothing
 * is decided by it: what cannot be read is missing from the plot.
 */
export function readBeside(run: Run): () => TrafficReading | undefined {
  let [fresh, isReading, askedAt]: [TrafficReading | undefined, boolean, number] = [undefined, false, -Infinity]
  return () => {
    if (!isReading && run.progress.readings.begin !== undefined && run.now - askedAt >= lookOnMs) {
      ;[isReading, askedAt] = [true, run.now]
      void take(run)
        .then((reading) => (fresh = reading))
        // Whoever judges by the traffic says that it cannot be read.
        .catch(() => {})
        .finally(() => (isReading = false))
    }
    const found = fresh
    fresh = undefined
    return found
  }
}

/** @throws Steered, and whatever comes of a task that is given up */
async function quietly(run: Run, reading: ReturnType<typeof take>): ReturnType<typeof take> {
  try {
    return await reading
  } catch (error) {
    if (run.signal.aborted) throw error
    run.deploys.logger.warn('the traffic could not be read', { deployment: run.id, error })
    return undefined
  }
}

export function evidenceFor(run: Run): Evidence | undefined {
  const { progress, deployment } = run
  const evidence = evidenceOf(progress.readings)
  const back = wayBack(run, deployment)
  return evidence === undefined || back === undefined ? evidence : { ...evidence, back }
}

function wayBack({ deploys, id, progress }: Run, { kind, createdAt }: Deployment): WayBack | undefined {
  const { read } = deploys.store
  const moves = intentsOfDeployment(read, id).filter(movesTraffic)
  if (kind === 'rollback') {
    const made = moves.map(({ status, settledAt }) => (status === 'done' ? settledAt : null))
    return wayBackOf(createdAt, made, progress.readings)
  }
  const turned = visitsOf(read, id).find(({ state }) => state === 'Compensate')
  if (turned === undefined) return undefined
  return wayBackOf(
    turned.enteredAt,
    moves.map(({ undoneAt }) => undoneAt),
    {},
  )
}

/** When the traffic of a step is looked at: soon, and then ever less often, for each look has its price. */
export function isLookDue(elapsedMs: number, looks: number): boolean {
  return elapsedMs >= 1000 * 1.6 ** looks
}

export type Look = {
  readonly objection: string | undefined
  /** Answered by the new version since the step's traffic flows; undefined when nobody counts. */
  readonly requests: number | undefined
  readonly canary: CanaryVerdict | undefined
  /** What was read. */
  readonly traffic: TrafficReading | undefined
}

/** Answered by the new version since the step's traffic flows. A counter that began anew has counted less than it had then. */
export function requestsOfStep({ progress: { requestsAtShift = 0 } }: Run, { incoming }: TrafficReading): number {
  return incoming.requests < requestsAtShift ? incoming.requests : incoming.requests - requestsAtShift
}

/** When a step is looked at. `final`: its bake is over but for this look. */
export type LookMoment = { readonly elapsedMs: number; readonly final: boolean }

/** Begins to read the traffic, so that other things can be read meanwhile. What it returns says what the traffic says. */
export function beginLook(run: Run, moment: LookMoment): () => Promise<Look> {
  // Latency is judged once, at the end.
  const reading = take(run, moment.final ? run.progress.readings.shift?.at : undefined)
  // When what is read meanwhile fails, nobody waits for it any more.
  reading.catch(() => {})
  return () => look(run, moment, reading)
}

async function look(run: Run, { elapsedMs, final }: LookMoment, reading: ReturnType<typeof take>): Promise<Look> {
  const now = await reading
  const { begin, shift } = run.progress.readings
  if (now === undefined || begin === undefined || shift === undefined) {
    return { objection: undefined, requests: undefined, canary: undefined, traffic: now }
  }
  const requests = requestsOfStep(run, now)
  const plain: Look = { objection: undefined, requests, canary: undefined, traffic: now }
  const lost = switchFailures(begin, shift, now)
  if (lost > 0) return { ...plain, objection: `${lost} requests were lost by the switch` }
  const stepLooks = run.progress.looks - (run.progress.looksAtShift ?? 0)
  if (!final && !isLookDue(elapsedMs, stepLooks)) return plain
  const canary = judgeCanary({
    // The old version is known from the beginning, the new one since it has traffic.
    since: { ...shift, outgoing: begin.outgoing },
    now,
    look: run.progress.looks + 1,
    final,
    steps: run.plan.steps.length,
  })
  await run.remember({ looks: run.progress.looks + 1 })
  return { ...plain, objection: canary.objection, canary }
}
