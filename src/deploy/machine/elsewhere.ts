/** An instance that was given what is somebody else's by now, such as a port, is taken down and started again in another place. */
import { appendRecord } from '../../audit/index.ts'
import type { PlannedCall } from '../deployer.ts'
import { failureFrom } from '../failure.ts'
import type { InstanceHealth } from '../health/judge.ts'
import { chooseAgain, findIntent, type Intent, settleIntent } from '../intent/rows.ts'
import { type Act, idOf, type Stage, stageOf } from '../plan/plan.ts'
import { allOf, perform, takeOut } from './perform.ts'
import type { Run } from './run.ts'

/** Who takes every port is not evaded for ever. */
const mostTries = 2

const alternativesOf = ({ alternatives = [] }: PlannedCall): number => alternatives.length

type Misplaced = { readonly intent: Intent; readonly call: PlannedCall; readonly why: string }

/**
 * Whether any was. The call is the planned one, under another key; what follows it in the stage is made again as well, for it was
 * told where the instance had been. Should the process end in between, `finishStart` goes on.
 */
export async function startElsewhere(run: Run, reading: readonly InstanceHealth[]): Promise<boolean> {
  const stage = stageOf(run.plan, 'Start', run.progress.step)
  const lost = misplacedIn(run, stage, reading)
  if (stage === undefined || lost.length === 0) return false
  await run.newTerm()
  await allOf(lost.map(({ intent, call }) => outOf(run, intent, call)))
  await run.write((tx) => {
    for (const { intent, call, why } of lost) {
      chooseAgain(tx, intent, alternativesOf(call))
      appendRecord(tx, {
        at: run.now,
        actor: run.actor,
        action: 'deploy.call',
        subject: { type: 'deployment', id: run.id },
        change: { call: call.id, says: `${call.says} again: ${why}` },
        cause: run.cause,
        execution: run.context.executionArn,
      })
    }
    for (const intent of followersIn(run, stage)) settleIntent(tx, intent, { status: 'intended', now: run.now })
  })
  await perform(run, stage)
  return true
}

/** Makes what is still to be made of the step's start. */
export const finishStart = (run: Run): Promise<void> => perform(run, stageOf(run.plan, 'Start', run.progress.step))

async function outOf(run: Run, intent: Intent, call: PlannedCall): Promise<void> {
  try {
    await takeOut(run, intent, call)
  } catch (thrown) {
    throw run.signal.aborted ? thrown : failureFrom(thrown).in(call.id)
  }
}

function misplacedIn(run: Run, stage: Stage | undefined, reading: readonly InstanceHealth[]): readonly Misplaced[] {
  const calls = new Map((stage?.waves[0] ?? []).flatMap((act) => (act.kind === 'do' ? [[act.call.id, act.call]] : [])))
  return reading.flatMap(({ instance, isMisplaced, detail }) => {
    const call = isMisplaced === true ? calls.get(`start/${instance}`) : undefined
    const intent = call === undefined ? undefined : intentOf(run, call.id)
    if (call === undefined || intent === undefined) return []
    return intent.choice < alternativesOf(call) + mostTries ? [{ intent, call, why: detail }] : []
  })
}

/** Of the waves after the first, what was made. */
const followersIn = (run: Run, { waves }: Stage): readonly Intent[] =>
  waves.slice(1).flatMap((acts: readonly Act[]) => acts.flatMap((act) => intentOf(run, idOf(act)) ?? []))

function intentOf(run: Run, callId: string): Intent | undefined {
  const intent = findIntent(run.deploys.store.read, run.id, callId)
  return intent?.status === 'done' ? intent : undefined
}
