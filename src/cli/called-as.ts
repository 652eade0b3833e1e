/** How the person called the program, so that what is printed can be copied and run. */
import { basename, delimiter, dirname } from 'node:path'
import { quoted } from './command-line.ts'

/**
 * `script` is the file that Node runs. `bin/holdfast` says in HOLDFAST_PROGRAM how it was called itself; what the shell found in
 * PATH needs no folder.
 */
export function calledAs(script: string, environment: Readonly<Record<string, string | undefined>>): string {
  const typed = environment['HOLDFAST_PROGRAM'] ?? ''
  const called = typed === '' ? script : typed
  if (/[\\/]node_modules[\\/]\.bin[\\/]/.test(called)) return 'npx holdfast'
  if (typed === '' || (environment['PATH'] ?? '').split(delimiter).includes(dirname(typed))) return 'holdfast'
  return basename(typed) === typed ? 'holdfast' : quoted(typed)
}
