import { type Actor, requirePermission } from '../../access/index.ts'
import type { TestedState, TestStateRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { parseRequest } from '../parse-request.ts'
import { callForTrial } from './call.ts'
import { decideTrial } from './decide.ts'
import { runTrial } from './run.ts'
import { testStateRequest } from './schemas.ts'

/**
 * Tries one state: what becomes of the input, and what is computed on the way. Nothing is kept of it but a record in the
 * trail when it makes a real call: without a mock, a Task calls its resource. A Wait does not wait. What goes over the wire of an
 * HTTP task is shown, without the secrets of its connection unless they are to be revealed.
 * @throws HoldfastError access.forbidden, request.invalid, machine.definition_invalid, execution.input_invalid, request.too_large
 */
export async function testState(engine: Engine, actor: Actor, request: TestStateRequest): Promise<TestedState> {
  requirePermission(actor, 'state.test')
  const reveal = request.revealSecrets === true
  if (reveal) requirePermission(actor, 'connection.reveal')
  const plan = decideTrial(engine, parseRequest(testStateRequest, request, { hidden }))
  return runTrial(
    {
      now: engine.clock.now(),
      randomBytes: engine.randomBytes,
      account: engine.account,
      limits: engine.limits,
      expressions: engine.expressions,
      refuse: (resource, parameters) => engine.refuse(engine.store.read, resource, parameters),
      call: (call) => callForTrial(engine, actor, { ...call, reveal }),
    },
    plan,
  )
}

const hidden = ['definition', 'input', 'variables', 'context', 'mock', 'stateConfiguration']
