import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openStore } from '../index.ts'
import { describeNamedLease } from './named-lease.suite.ts'

describeNamedLease('SQLite', async () =>
  openStore({ path: ':memory:', clock: new VirtualClock(), logger: silentLogger }),
)
