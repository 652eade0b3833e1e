/** What every command gets, and what every command can print. */
import type { Command } from 'commander'
import type { ExitCode } from './errors.ts'
import { type Paint, paintFor } from './paint.ts'
import type { World } from './world.ts'

export type Context = {
  readonly world: World
  /** For standard output. */
  readonly paint: Paint
  /** How the process will end when nothing is thrown. The highest one given wins. */
  exitWith(code: ExitCode): void
}

export function createContext(world: World, exitWith: (code: ExitCode) => void): Context {
  return { world, paint: paintFor(world.out, world.environment), exitWith }
}

/** A line of text on standard output. */
export function print({ world }: Context, text: string): void {
  world.out.write(`${text}\n`)
}

/** The answer of a command: one JSON document with `--json`, else text for people. */
export function answer(context: Context, asJson: boolean, value: unknown, text: () => string): void {
  print(context, asJson ? JSON.stringify(value, undefined, context.world.out.isTerminal ? 2 : undefined) : text())
}

/** Adds examples to a command's help: what each is for, and the line to copy. */
export function withExamples(command: Command, examples: readonly (readonly [line: string, says: string])[]): Command {
  return command.addHelpText('after', ({ command: helped }) => {
    const program = rootOf(helped).name()
    const lines = examples.map(([line, says]) => `  # ${says}\n  ${line.replaceAll(/^holdfast\b/gm, program)}`)
    return `\nExamples:\n${lines.join('\n')}`
  })
}

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent))
