import { type Actor, requirePermission } from '../../access/index.ts'
import { uuid4 } from '../../base/index.ts'
import { expressArn, parseStateMachineArn } from '../arn.ts'
import type { ExpressDescription, StartExecutionRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { typeUnsupported } from '../errors.ts'
import { requireInput } from '../execution/input.ts'
import { startRequest } from '../execution/schemas.ts'
import { requireStartable } from '../machine/start.ts'
import { requireName } from '../name.ts'
import { parseRequest } from '../parse-request.ts'
import type { ExpressStart } from './express.ts'

/**
 * Runs an express machine and answers with its end, however it ended; that is durable then. At most once: when the process
 * dies meanwhile, the caller's connection breaks and nothing runs again.
 * @throws HoldfastError request.invalid, arn.invalid, machine.missing, machine.deleting, machine.type_unsupported, name.invalid,
 * execution.input_invalid, request.too_large, execution.limit_exceeded; store.full and its like when nothing can be kept, if
 * possible before the first task; engine.stopping
 */
export async function startSyncExecution(
  engine: Engine,
  actor: Actor,
  request: StartExecutionRequest,
): Promise<ExpressDescription> {
  requirePermission(actor, 'execution.start', { type: 'machine', id: request.stateMachineArn })
  const { stateMachineArn, name, input, traceHeader } = parseRequest(startRequest, request, { hidden: ['input'] })
  parseStateMachineArn(stateMachineArn)
  if (name !== undefined) requireName(name)
  const text = requireInput(input ?? '{}', engine.limits.payloadBytes)
  const random = (): number => new DataView(engine.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
  const { revision } = requireStartable(engine.store.read, stateMachineArn, random)
  const { machineId, revisionId, machineName, type } = revision
  if (type !== 'EXPRESS') throw typeUnsupported('EXPRESS')
  const start: ExpressStart = {
    ...{ machineId, revisionId, machineName, traceHeader },
    name: name ?? uuid4(engine.randomBytes),
    uuid: uuid4(engine.randomBytes),
    startedAt: engine.clock.now(),
    input: text,
  }
  await engine.writer.requireWritable(text)
  const end = await engine.express.runSync(start)
  await engine.writer.submit({ kind: 'expressEnd', id: undefined, actor, start, end })
  const { at: stoppedAt, status, ...outcome } = end
  return {
    arn: expressArn(engine.account, machineName, start.name, start.uuid),
    stateMachineArn,
    name: start.name,
    // An express execution cannot be stopped, so it is never aborted.
    status: status === 'succeeded' ? 'SUCCEEDED' : status === 'timed_out' ? 'TIMED_OUT' : 'FAILED',
    startedAt: start.startedAt,
    stoppedAt,
    input: text,
    ...outcome,
    ...(traceHeader === undefined ? {} : { traceHeader }),
  }
}
