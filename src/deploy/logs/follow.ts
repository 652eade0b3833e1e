/** Output as it is written: of all instances asked for, in the order in which it arrives. */
import type { Actor } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import type { LogPiece } from '../../host/index.ts'
import { Channel } from './channel.ts'
import { findSources, type LogsRequest, type LogWorld, newKey, type Source, type Wanted, wantedBy } from './find.ts'
import type { LogLine } from './read.ts'

/** How far the output of each instance was read, by its name on its host. Whoever comes back with it goes on from there. */
export type LogPositions = Readonly<Record<string, number>>

export type FollowedLines = {
  readonly lines: readonly LogLine[]
  /** After these lines. Of an instance in the middle of a line: before its last lines, so that none is lost. */
  readonly positions: LogPositions
}

type Read = { readonly source: Source; readonly lines: readonly LogLine[]; readonly next: number | undefined }

/** How soon instances that come, or come back, are noticed. */
const lookAgainMs = 2000
/** How long a host waits for something new before it says that there is nothing. */
const waitMs = 20_000

/**
 * The newest lines of each instance, then each line as it is written, until the signal fires. Instances that come later (a
 * deployment is under way) are followed from their first line, one that is taken down or whose host is away is left out
 * until it is back.
 * @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing
 */
export function followLogs(
  world: LogWorld,
  actor: Actor,
  request: LogsRequest & { readonly after?: LogPositions | undefined },
  signal: AbortSignal,
): AsyncIterable<FollowedLines> {
  const { after, ...asked } = request
  return new Following(world, wantedBy(world, actor, asked), after).lines(signal)
}

class Following {
  readonly #world: LogWorld
  readonly #wanted: Wanted
  readonly #positions: Map<string, number>
  readonly #followed = new Set<string>()
  /** Removed, and read to their end. */
  readonly #over = new Set<string>()
  readonly #channel = new Channel<Read>()
  /** As `#positions`, of what the reader has been given. */
  readonly #told: Map<string, number>
  #isFirstLook = true

  constructor(world: LogWorld, wanted: Wanted, after: LogPositions | undefined) {
    this.#world = world
    this.#wanted = wanted
    this.#positions = new Map(Object.entries(after ?? {}))
    this.#told = new Map(this.#positions)
  }

  async *lines(caller: AbortSignal): AsyncGenerator<FollowedLines, void, undefined> {
    const leave = new AbortController()
    const signal = AbortSignal.any([caller, leave.signal])
    signal.addEventListener('abort', () => this.#channel.close(), { once: true })
    const looking = this.#look(signal)
    try {
      for await (const { source, lines, next } of this.#channel.items()) {
        if (next !== undefined) this.#told.set(source.id, next)
        yield { lines, positions: Object.fromEntries(this.#told) }
      }
    } finally {
      leave.abort()
      this.#channel.close()
      await looking
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const { sources } = await findSources(this.#world, this.#wanted, signal)
        for (const source of sources)
          if (!this.#followed.has(source.id) && !this.#over.has(source.id)) void this.#follow(source, signal)
        this.#isFirstLook = false
        await this.#pause(signal)
      }
    } catch (error) {
      if (!signal.aborted) this.#channel.fail(error)
    }
  }

  /** Never rejects: what is not the host's own refusal ends the whole. */
  async #follow(source: Source, signal: AbortSignal): Promise<void> {
    this.#followed.add(source.id)
    // Who comes later is told from its first line.
    if (!this.#isFirstLook && !this.#positions.has(source.id)) this.#positions.set(source.id, 0)
    let rest = ''
    try {
      while (!signal.aborted) {
        const piece = await this.#read(source, signal)
        const { lines, open } = cut(rest + piece.text, piece.text === '')
        rest = open
        this.#positions.set(source.id, piece.next)
        const next = rest === '' ? piece.next : undefined
        if (lines.length > 0) await this.#channel.push({ source, lines: linesOf(source, piece, lines), next })
        if (piece.ended !== true || piece.text !== '') continue
        this.#over.add(source.id)
        return
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof HoldfastError)) this.#channel.fail(error)
    } finally {
      this.#followed.delete(source.id)
    }
  }

  #read({ host, id, of }: Source, signal: AbortSignal): Promise<LogPiece> {
    const after = this.#positions.get(id)
    const from = after === undefined ? { lines: this.#wanted.lines } : { after, waitMs }
    const command = { kind: 'logs', key: newKey(this.#world), of, ...from } as const
    return this.#world.hosts.run<'logs'>(host, command, signal)
  }

  #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#world.deploys
    return new Promise((resolve) => {
      const leave = (): void => {
        cancel()
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const cancel = clock.alarm(clock.now() + lookAgainMs, leave)
      signal.addEventListener('abort', leave, { once: true })
      if (signal.aborted) leave()
    })
  }
}

function linesOf(source: Source, { gap }: LogPiece, lines: readonly string[]): readonly LogLine[] {
  const { of: _, ...from } = source
  return lines.map((text, index) => ({ ...from, text, ...(gap && index === 0 ? { gap: true } : {}) }))
}

/** A line that is longer is told in pieces: nobody holds a line that never ends. */
const longestLine = 65_536

/** Whole lines, and what stands after the last line end: part of a line that is still being written, unless nothing more came. */
function cut(text: string, isQuiet: boolean): { readonly lines: readonly string[]; readonly open: string } {
  const parts = text.split('\n')
  const open = parts.pop() ?? ''
  const isTold = open !== '' && (isQuiet || open.length >= longestLine)
  return isTold ? { lines: [...parts, open], open: '' } : { lines: parts, open }
}
