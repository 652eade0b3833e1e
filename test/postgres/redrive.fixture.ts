/** A node that redrives an execution, as soon as it is told to, and says what it was answered. */
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { localHints } from '../../src/engine/node/hints.ts'
import { redriveExecution } from '../../src/engine/execution/redrive.ts'
import { admin, World } from '../../src/engine/world.ts'
import { openPostgres } from '../../src/store/index.ts'

const [url = '', name = '', executionArn = ''] = process.argv.slice(2)
const clock = new VirtualClock()
const store = openPostgres({ url, clock, logger: silentLogger, durability: 'none' })
const world = new World({ store, borrowed: true, clock, engine: { node: { name, hints: localHints() } } })
await world.engine.recover()
const request = { executionArn, clientToken: 'the same' }
const answer = await redriveExecution(world.engine, admin, request).catch((error: unknown) => String(error))
await world.settle()
process.send?.({ answer, calls: world.calls.length }, () => process.exit(0))
