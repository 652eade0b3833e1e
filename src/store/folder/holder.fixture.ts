/** A process that holds the folder in its first argument until its input ends. Prints `held`, or the code of the refusal. */
import { HoldfastError } from '../../base/index.ts'
import { lockFolder } from './lock.ts'
import { prepareFolder } from './folder.ts'
import { thisProcess } from './process.ts'

const folder = process.argv[2] ?? ''
try {
  prepareFolder(folder)
  const lock = lockFolder(folder, thisProcess(), Date.UTC(2026, 0, 2))
  process.stdout.write('held\n')
  process.stdin.resume()
  process.stdin.on('end', () => lock.release())
} catch (error) {
  process.stdout.write(`${error instanceof HoldfastError ? error.code : String(error)}\n`)
}
