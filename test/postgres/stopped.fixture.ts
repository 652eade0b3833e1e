/** A process that stops itself in the middle of a transaction, as a paused machine does, and does all of it again afterwards. */
import { systemClock } from '../../src/app/system-clock.ts'
import { HoldfastError, silentLogger } from '../../src/base/index.ts'
import { openPostgres } from '../../src/store/index.ts'
import { migrations, stalledMs } from './stopped.ts'

const store = openPostgres({
  url: process.argv[2] ?? '',
  clock: systemClock,
  logger: silentLogger,
  migrations,
  stalledMs,
})
const write = (stops: boolean): Promise<string> =>
  store
    .write((tx) => {
      const insert = tx.prepare('INSERT INTO note (body) VALUES (?)')
      insert.run('before')
      if (stops) process.kill(process.pid, 'SIGSTOP')
      insert.run('after')
    })
    .then(
      () => 'written',
      (error: unknown) => (error instanceof HoldfastError ? error.code : String(error)),
    )

process.send?.(await write(true))
while ((await write(false)) !== 'written') await new Promise((resolve) => setImmediate(resolve))
await store.close()
process.send?.('written')
process.disconnect?.()
