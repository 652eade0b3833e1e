/** `node scripts/run.js FILE …`: runs a script of ours on the pinned Node, after installing what the lock asks for. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { installWhenNeeded, root } from './install.js'
import { nodePath } from './tools.js'

installWhenNeeded()
const child = spawn(nodePath(), process.argv.slice(2), { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) {
  // A terminal sends Ctrl-C to the child itself.
  process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)))
}
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
