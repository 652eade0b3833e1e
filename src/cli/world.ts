/** What a command may touch of the machine. `main.ts` makes the real one; tests make their own. */

export type Output = {
  write(text: string): void
  /** A terminal, on which lines may be drawn again. */
  readonly isTerminal: boolean
  readonly columns: number
  readonly rows: number
}

/** Something a person is asked, with an answer to accept by pressing return. */
export type Question = {
  readonly text: string
  readonly initial: string
  /** What is wrong with an answer; undefined: nothing. */
  readonly check?: (answer: string) => string | undefined
}

export type World = {
  /** Of Holdfast, as package.json has it. */
  readonly version: string
  /** How the person called it: `holdfast`, `bin/holdfast`. */
  readonly program: string
  /** Of this process. */
  readonly pid: number
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Paths on the command line are relative to it. */
  readonly workingFolder: string
  readonly homeFolder: string
  readonly out: Output
  readonly err: Output
  readonly platform: string
  /** Who sits here: `mika@laptop`. */
  readonly person: string
  /** Asks the person and returns what they type; undefined where nobody can answer. */
  ask(question: string): Promise<string | undefined>
  /** All of standard input, as text. */
  readInput(): Promise<string>
  /** Asks with a usual answer to accept; undefined when they would rather stop. There is nobody to ask in a pipe. */
  readonly prompt: ((question: Question) => Promise<string | undefined>) | undefined
  /** Milliseconds since 1970 UTC. */
  now(): number
  /** IANA name of the zone in which the person reads times. */
  readonly timeZone: string
  pause(ms: number): Promise<void>
  /** Calls again and again; returns how to stop it. */
  every(ms: number, act: () => void): () => void
  /** Aborted when the person presses Ctrl-C or the system asks the process to end. */
  readonly interrupted: AbortSignal
}

/** Characters a line of prose may take: what is piped is not broken. */
export const textWidth = ({ isTerminal, columns }: Output): number => (isTerminal ? columns : Infinity)
