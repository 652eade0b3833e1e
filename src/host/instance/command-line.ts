/** How a command of the contract becomes a process: a line is the shell's, words are run as they are. */

type CommandLine = string | readonly string[]

/** A single command takes the shell's place, so that signals reach the application and not a shell that waits for it. */
export function wordsOf(command: CommandLine): readonly string[] {
  if (typeof command !== 'string') return command
  return ['/bin/sh', '-c', isSingle(command) ? `exec ${command}` : command]
}

/** Whether a shell stays between us and the application: such a one does not pass signals on. */
export const isWrapped = (command: CommandLine): boolean => typeof command === 'string' && !isSingle(command)

/** Words that only a shell knows, or that mean something else after `exec`. */
const shellWords = new Set(
  '! . : [ alias break case cd command continue do done elif else esac eval exec exit export fi for function getopts hash if jobs read readonly return set shift source then times trap type ulimit umask unalias unset until wait while {'.split(
    ' ',
  ),
)

/** Careful rather than clever: what might be more than one command is left as it is. */
function isSingle(line: string): boolean {
  const [first = ''] = line.trim().split(/\s+/)
  return !/[;&|<>(){}`\n\r#\\]/.test(line) && !first.includes('=') && !shellWords.has(first) && !/^["'$]/.test(first)
}
