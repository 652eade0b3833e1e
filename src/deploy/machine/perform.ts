/**
 * Carrying out a stage of the plan: each call is written down before it is made, its outcome after. What was done before a
 * crash is found in the log and not done again; what nobody knows the outcome of is made again under the same key.
 */
import { appendRecord, canonicalJson, type PlainJson } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import { requireApproval } from '../approval/state.ts'
import type { CallContext, PlannedCall } from '../deployer.ts'
import { resolveSymbols } from '../deployer.ts'
import { forgetWarm } from '../deployment/pointer.ts'
import { releaseOfFleet } from '../deployment/rows.ts'
import { DeployFailure, failureFrom, failureRules, Steered } from '../failure.ts'
import { chooseNext, findIntent, type Intent, intentsOfFleet, insertIntent, settleIntent } from '../intent/rows.ts'
import type { Settlement } from '../intent/settle.ts'
import { outcomesOf } from '../intent/standing.ts'
import { type Act, idOf, type Stage, stageName, textOf } from '../plan/plan.ts'
import type { Run } from './run.ts'

/** @throws DeployFailure of the call that failed worst; Steered when it was interrupted */
export async function perform(run: Run, stage: Stage | undefined): Promise<void> {
  if (stage === undefined) return
  // A call of an earlier try may still be on its way: under a new term it is refused when it arrives after its repetition.
  if (wasBegun(run, stage)) await run.newTerm()
  // A removal is intended as a whole, so that whoever has to finish it knows all of it.
  if (isRemoval(stage)) await record(run, stage, stage.waves.keys().toArray())
  for (const wave of stage.waves.keys()) {
    const intents = await record(run, stage, [wave])
    await allOf(intents.filter(isOpen).map((intent) => make(run, intent)))
  }
}

function wasBegun(run: Run, { waves }: Stage): boolean {
  return waves.flat().some((act) => {
    const intent = findIntent(run.deploys.store.read, run.id, idOf(act))
    return intent !== undefined && isOpen(intent)
  })
}

const isRemoval = ({ waves }: Stage): boolean => waves.every((acts) => acts.every(({ kind }) => kind === 'undo'))
const isOpen = ({ status }: Intent): boolean => status === 'intended' || status === 'failed'

/** The intents of these waves, written if they are not yet. @throws DeployFailure when the log has another call of this name */
async function record(run: Run, stage: Stage, waves: readonly number[]): Promise<readonly Intent[]> {
  const known = waves.flatMap((wave) =>
    (stage.waves[wave] ?? []).map((act) => ({
      wave,
      act,
      intent: findIntent(run.deploys.store.read, run.id, idOf(act)),
    })),
  )
  for (const { act, intent } of known) if (intent !== undefined) requireSame(act, intent)
  const missing = known.filter(({ intent }) => intent === undefined)
  if (missing.length > 0) {
    await run.write((tx) => {
      if (stage.state === 'MakeRoom') forgetWarm(tx, run.deployment)
      for (const { act, wave } of missing) intend(run, tx, { stage, wave, act })
    })
  }
  return known.flatMap(({ act }) => findIntent(run.deploys.store.read, run.id, idOf(act)) ?? [])
}

function requireSame(act: Act, intent: Intent): void {
  const same = canonicalJson(asPlain(intent.act)) === canonicalJson(asPlain(act))
  if (same && intent.status !== 'undone') return
  throw new DeployFailure('consistency', `${idOf(act)} is not what the log says was begun`, { callId: idOf(act) })
}

type Writing = { readonly stage: Stage; readonly wave: number; readonly act: Act }

/** Writes down that it will be done. */
export function intend(run: Run, tx: Transaction, { stage, wave, act }: Writing): void {
  requireApproval(run.deployment)
  const undoes = act.kind === 'undo' ? (findIntent(tx, act.of.deployment, act.of.call)?.position ?? null) : null
  const fleet = act.kind === 'undo' ? act.fleet : run.deployment.fleet
  insertIntent(
    tx,
    { deployment: run.id, fleet, callId: idOf(act), stage: stageName(stage), wave, act, undoes },
    run.now,
  )
  tell(run, tx, 'deploy.call', { call: idOf(act), says: textOf(act) })
}

function tell(
  run: Run,
  tx: Transaction,
  action: 'deploy.call' | 'deploy.called' | 'deploy.undone',
  change: PlainJson,
): void {
  const { actor, cause, context, id, now } = run
  const subject = { type: 'deployment', id }
  appendRecord(tx, { at: now, actor, action, subject, change, cause, execution: context.executionArn })
}

// ---- one call

async function make(run: Run, intent: Intent): Promise<void> {
  if (intent.act.kind === 'undo') return finishRemoval(run, intent)
  const { call } = intent.act
  try {
    const outcome = await run.race(callOf(run, call).run(parametersOf(run, intent, call), contextOf(run, intent)))
    await run.write((tx) => {
      settleIntent(tx, intent, { status: 'done', outcome, now: run.now })
      tell(run, tx, 'deploy.called', { call: call.id, outcome: 'done' })
    })
  } catch (thrown) {
    if (thrown instanceof Steered || run.signal.aborted) throw thrown
    await failed(run, intent, call, failureFrom(thrown).in(call.id))
  }
}

/** Tries the next of the planned places where there is no room in the first; otherwise the call has failed. */
async function failed(run: Run, intent: Intent, call: PlannedCall, failure: DeployFailure): Promise<void> {
  const others = call.alternatives?.length ?? 0
  if (failureRules[failure.class].reaction === 'alternative' && intent.choice < others) {
    await takeOut(run, intent, call)
    await run.write((tx) => chooseNext(tx, intent))
    return make(run, { ...intent, choice: intent.choice + 1 })
  }
  await run.write((tx) => {
    settleIntent(tx, intent, { status: 'failed', failure: failure.message, now: run.now })
    tell(run, tx, 'deploy.called', { call: call.id, outcome: 'failed', failure: failure.message })
  })
  throw failure
}

/** Takes down what a call has made or may have made, so that it can be made in another place. */
export async function takeOut(run: Run, intent: Intent, call: PlannedCall): Promise<void> {
  await run.race(callOf(run, call).undo(parametersOf(run, intent, call), intent.outcome, contextOf(run, intent)))
}

/** Work of a compensation or of the janitor on one intent. Safe to repeat. @throws what the target throws */
export function settle(run: Run, { kind, intent }: Settlement): Promise<void> {
  return kind === 'finish' ? finishRemoval(run, intent) : takeBack(run, intent, () => {})
}

async function finishRemoval(run: Run, removal: Intent): Promise<void> {
  const { act } = removal
  const made = act.kind === 'undo' ? findIntent(run.deploys.store.read, act.of.deployment, act.of.call) : undefined
  if (made === undefined) return
  await takeBack(run, made, (tx) => {
    settleIntent(tx, removal, { status: 'done', now: run.now })
    // Of a deployment that was rolled back while it took this down: nobody else will finish it.
    for (const other of intentsOfFleet(tx, made.fleet)) {
      if (other.undoes === made.position && isOpen(other)) settleIntent(tx, other, { status: 'done', now: run.now })
    }
  })
}

async function takeBack(run: Run, intent: Intent, also: (tx: Transaction) => void): Promise<void> {
  const { act } = intent
  if (act.kind === 'undo') return
  const parameters = resolved(run, intent, act.call)
  // Without parameters it was never made: what it needed to know was never answered.
  if (parameters !== undefined && intent.status !== 'undone') {
    try {
      await run.race(callOf(run, act.call).undo(parameters, intent.outcome, contextOf(run, intent)))
    } catch (thrown) {
      throw thrown instanceof Steered ? thrown : failureFrom(thrown).in(act.call.id)
    }
  }
  await run.write((tx) => {
    settleIntent(tx, intent, { status: 'undone', now: run.now })
    also(tx)
    tell(run, tx, 'deploy.undone', { call: act.call.id, says: act.call.undoSays })
  })
}

function callOf({ deployer }: Run, { call }: PlannedCall) {
  const found = Object.hasOwn(deployer.calls, call) ? deployer.calls[call] : undefined
  if (found !== undefined) return found
  throw new DeployFailure('platform', `the deployer ${deployer.kind} has no call "${call}"`)
}

function parametersOf(run: Run, intent: Intent, call: PlannedCall): PlainJson {
  const parameters = resolved(run, intent, call)
  if (parameters !== undefined) return parameters
  throw new DeployFailure('consistency', `${call.id} needs what a call before it has not answered`)
}

function resolved(run: Run, { choice, fleet }: Intent, call: PlannedCall): PlainJson | undefined {
  const parameters = choice === 0 ? call.parameters : (call.alternatives?.[choice - 1] ?? call.parameters)
  // Most have no symbols, and the log of a large fleet is long.
  const known = resolveSymbols(parameters, new Map())
  return known ?? resolveSymbols(parameters, outcomesOf(intentsOfFleet(run.deploys.store.read, fleet)))
}

function contextOf(run: Run, intent: Intent): CallContext {
  const { project, config, term } = run.deployment
  return {
    key: `${intent.deployment}/${intent.callId}${intent.choice === 0 ? '' : `~${intent.choice}`}`,
    fleet: intent.fleet,
    project,
    config,
    releaseId: releaseOfFleet(run.deploys.store.read, intent.fleet),
    term,
    signal: run.signal,
    waitsFor: (what) => run.see(what),
  }
}

/** Waits for all, so that nothing goes on behind the back of what comes next, then tells the worst. */
export async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(works)
  const thrown = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
  if (thrown.length > 0) throw thrown.toSorted((a, b) => weightOf(b) - weightOf(a))[0]
}

/** What steers comes first, then what no repetition mends. */
function weightOf(thrown: unknown): number {
  if (thrown instanceof Steered) return 2
  return thrown instanceof DeployFailure && failureRules[thrown.class].reaction === 'stop' ? 1 : 0
}

/** An act is plain data all through; only its type does not say so. */
const asPlain = (act: Act): PlainJson => JSON.parse(JSON.stringify(act)) as PlainJson
