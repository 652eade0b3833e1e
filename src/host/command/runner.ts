/** A command from its text to its outcome. */
import type { z } from 'zod'
import { type Command, commandSchema, type Outcome } from '../contract.ts'
import { failureOf, hostError } from '../errors.ts'
import { fenceOf } from '../fence/fence-of.ts'
import type { HostWorld } from '../world.ts'
import { changing, verbs } from './commands.ts'
import { digestOf, type KeptOutcomes, keyReused } from './kept-outcomes.ts'

type Running = { readonly asked: string; readonly command: Command; readonly outcome: Promise<Outcome> }

export class CommandRunner {
  readonly #host: HostWorld
  readonly #kept: KeptOutcomes
  readonly #running = new Map<string, Running>()

  constructor(host: HostWorld, kept: KeptOutcomes) {
    this.#host = host
    this.#kept = kept
  }

  /** Never rejects. A key that is under way, or was carried out already, gets the same outcome. */
  async run(unparsed: unknown): Promise<Outcome> {
    const parsed = commandSchema.safeParse(unparsed)
    if (!parsed.success) return { key: keyOf(unparsed), ok: false, failure: failureOf(invalid(parsed.error)) }
    const command = parsed.data
    try {
      return await this.#once(command)
    } catch (fault) {
      return { key: command.key, ok: false, failure: failureOf(fault) }
    }
  }

  #once(command: Command): Promise<Outcome> {
    const asked = digestOf(command)
    const kept = this.#kept.find(command.key, asked)
    if (kept !== undefined && !this.#mayTryAgain(command, kept)) {
      this.#host.fences.note(fenceOf(command), this.#host.clock.now())
      return Promise.resolve(kept)
    }
    const running = this.#running.get(command.key)
    if (running !== undefined) return this.#join(running, command, asked)
    const outcome = this.#carryOut(command, asked).finally(() => this.#running.delete(command.key))
    this.#running.set(command.key, { asked, command, outcome })
    return outcome
  }

  /**
   * A success is answered whatever the term: nothing is done, so nothing can come too late. A failure under a fence is no last
   * word: whoever still holds the term repeats the call under its key until it works, and from anybody else it is refused.
   */
  #mayTryAgain(command: Command, kept: Outcome): boolean {
    const fence = fenceOf(command)
    return !kept.ok && fence !== undefined && this.#host.fences.holds(fence)
  }

  /** It is the same call, so what is under way is now done for the one who repeats it, under their term. */
  #join(running: Running, command: Command, asked: string): Promise<Outcome> {
    if (running.asked !== asked) return Promise.reject(keyReused())
    const [mine, theirs] = [fenceOf(command), fenceOf(running.command)]
    // First, or what is under way would end itself as over.
    if (mine !== undefined && theirs !== undefined) theirs.term = Math.max(theirs.term, mine.term)
    this.#host.fences.note(mine, this.#host.clock.now())
    return running.outcome
  }

  async #carryOut(command: Command, asked: string): Promise<Outcome> {
    const { clock, closing, log } = this.#host
    const outcome = await this.#attempt(command)
    // Half done because we close: the next agent does it again, and its outcome counts.
    if (closing.aborted && !outcome.ok) return outcome
    if (!outcome.ok) log.warn('a command failed', { command: command.kind, ...outcome.failure })
    // Its call may still be made by whoever holds the later term, under the same key.
    if (!outcome.ok && outcome.failure.code === 'host.term_over') return outcome
    this.#kept.keep(asked, outcome, clock.now(), changing.has(command.kind))
    return outcome
  }

  async #attempt(command: Command): Promise<Outcome> {
    const { clock, fences } = this.#host
    try {
      fences.require(fenceOf(command))
      fences.note(fenceOf(command), clock.now())
      // The table is typed by kind; that the command has the verb's kind cannot be told to the compiler.
      const verb = verbs[command.kind] as (host: HostWorld, command: Command) => Promise<never>
      return { key: command.key, ok: true, result: await verb(this.#host, command) }
    } catch (fault) {
      return { key: command.key, ok: false, failure: failureOf(fault) }
    }
  }
}

const keyOf = (unparsed: unknown): string =>
  typeof unparsed === 'object' && unparsed !== null && 'key' in unparsed && typeof unparsed.key === 'string'
    ? unparsed.key
    : ''

function invalid(error: z.ZodError) {
  const issues = error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'command' : path.join('.')}: ${message}`,
  )
  return hostError('host.command_invalid', `The command cannot be understood: ${issues.join('; ')}`, {
    place: error.issues[0]?.path.join('.') ?? 'command',
    accepted: 'a command as src/host/contract.ts describes it',
  })
}
