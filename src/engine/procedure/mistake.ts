/** An error that a task function hardly meant to throw, told to its author: the history has no room for a stack. */
import { fileURLToPath } from 'node:url'
import type { TaskContext } from './procedure.ts'

/** Whoever means to fail a task names the failure; these names are what a slip of the author's has. */
const slips = /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/

/** What is thrown when the signal ended the call is no surprise to anybody. */
export function tellMistake(thrown: unknown, error: string, context: TaskContext): void {
  if (context.signal.aborted || !slips.test(error)) return
  const stack = stackOf(thrown)
  if (stack === undefined) return
  const at = placeIn(stack)
  context.log.warn('a task function threw', {
    ...(at === undefined ? {} : { at }),
    error: { message: stack.split('\n    at ')[0] ?? error, stack },
  })
}

/** Anybody's: reading it may throw once more. */
function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined
    return typeof stack === 'string' ? stack : undefined
  } catch {
    return undefined // The failure itself is told by the answer.
  }
}

/** The topmost frame in a file. */
function placeIn(stack: string): string | undefined {
  const [, url, line] = /\n {4}at .*?\(?(file:[^\s)]+?):(\d+):\d+\)?/.exec(stack) ?? []
  return url === undefined ? undefined : `${fileURLToPath(url)}:${line}`
}
