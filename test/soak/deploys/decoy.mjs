/** Looks like an instance and is none: whatever signal reaches it is written to the file it is given. */
import { appendFileSync } from 'node:fs'

const [, , file = ''] = process.argv
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
  process.on(signal, () => appendFileSync(file, `${process.pid} ${signal}\n`))
}
setInterval(() => {}, 60_000)
process.send('ready')
