/** One question at the terminal, with its usual answer to accept or to change. */
import type { Question } from './world.ts'

export async function askAtTerminal({ text: message, initial, check }: Question): Promise<string | undefined> {
  // Loaded when somebody is asked: most commands never ask.
  const { isCancel, text } = await import('@clack/prompts')
  const answer = await text({
    message,
    placeholder: initial,
    defaultValue: initial,
    validate: (value) => (value === undefined || value === '' ? undefined : check?.(value)),
  })
  return isCancel(answer) ? undefined : answer
}
