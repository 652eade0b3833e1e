import { silentLogger, VirtualClock } from '../../base/index.ts'
import { byHand } from '../index.ts'
import { describeStore } from '../store.suite.ts'
import { openTestStore } from './test-database.fake.ts'

const common = { clock: new VirtualClock(), logger: silentLogger, schedule: byHand }

describeStore('PostgreSQL', async (options) => openTestStore({ ...common, ...options }))
