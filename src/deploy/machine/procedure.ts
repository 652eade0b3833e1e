/** The procedures of the deployers: the one machine with the tasks bound to what they work on. */
import { type Procedure, procedure } from '../../engine/index.ts'
import { approve, requireStillApproved } from '../approval/state.ts'
import type { Deploys } from '../deploys.ts'
import { cleanUp, compensate, diagnoseFailure, failureHooks, pausedState, releaseLock } from './ending.ts'
import { checkHealth, checkResources, lock, makeRoom, prepare, start, validate } from './forward.ts'
import { runHooks } from './hooks.ts'
import { deployMachine } from './machine.ts'
import { deployInput, procedureName } from './names.ts'
import type { Run } from './run.ts'
import { isSkipped } from './states.ts'
import { forward, steadfast } from './task.ts'
import { bake, keepWarm, shift, switchOver, watch } from './traffic-states.ts'

/** One procedure for each deployer, to be installed and handled by the engine. */
export function deployProcedures(deploys: Deploys): readonly Procedure[] {
  return Object.keys(deploys.deployers).map((target) =>
    procedure({ name: procedureName(target), input: deployInput, machine: deployMachine, tasks: tasksOf(deploys) }),
  )
}

function tasksOf(deploys: Deploys) {
  return {
    validate: forward(deploys, 'Validate', validate),
    lock: forward(deploys, 'Lock', lock),
    checkResources: forward(deploys, 'CheckResources', checkResources),
    approve: forward(deploys, 'Approve', approve),
    makeRoom: forward(deploys, 'MakeRoom', makeRoom),
    prepare: forward(deploys, 'Prepare', prepare),
    beforeHooks: forward(deploys, 'BeforeHooks', async (run) => {
      if (!isSkipped('BeforeHooks', run.deployment.startFrom)) await runHooks(run, 'before')
    }),
    start: forward(deploys, 'Start', start),
    checkHealth: forward(deploys, 'CheckHealth', checkHealth),
    smokeTests: forward(deploys, 'SmokeTests', smokeTests),
    shift: forward(deploys, 'Shift', shift),
    bake: forward(deploys, 'Bake', bake),
    switchOver: forward(deploys, 'Switch', switchOver),
    watch: forward(deploys, 'Watch', watch),
    afterHooks: forward(deploys, 'AfterHooks', async (run) => {
      if (!isSkipped('AfterHooks', run.deployment.startFrom)) await runHooks(run, 'after')
      // They may have taken hours.
      requireStillApproved(run)
    }),
    keepWarm: steadfast(deploys, 'KeepWarm', keepWarm),
    cleanUp: steadfast(deploys, 'CleanUp', cleanUp),
    paused: steadfast(deploys, 'Paused', pausedState),
    diagnose: steadfast(deploys, 'Diagnose', diagnoseFailure),
    compensate: steadfast(deploys, 'Compensate', compensate),
    failureHooks: steadfast(deploys, 'FailureHooks', failureHooks),
    releaseLock: steadfast(deploys, 'ReleaseLock', releaseLock),
  }
}

async function smokeTests(run: Run): Promise<object> {
  if (!isSkipped('SmokeTests', run.deployment.startFrom)) await runHooks(run, 'smoke')
  return { last: run.progress.step === run.plan.steps.length - 1 }
}
