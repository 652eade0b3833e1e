/** A process that is waited for: a build, a probe. What an agent that died left of one is swept as an orphan. */
import type { Clock } from '../base/index.ts'
import { markerVariable, parseMarker, printMarker } from './instance/marker.ts'
import { isProven } from './instance/proof.ts'
import type { Ending, Processes, StartOrder } from './machine/machine.ts'

export type Runner = {
  readonly host: string
  readonly processes: Processes
  readonly clock: Clock
  readonly newToken: () => string
  /** Tokens of what runs now: the janitor spares them. */
  readonly busy: Set<string>
}

export type RunOrder = {
  /** Names what runs in the marker. */
  readonly owner: string
  readonly timeoutMs: number
  /** Ends it early. */
  readonly over?: AbortSignal
  /** What to start, with this marker in its environment. */
  readonly order: (marker: string, token: string) => StartOrder
}

export type RunEnd = Ending & { readonly timedOut: boolean; readonly tookMs: number }

/** Answers when the process has ended; at the timeout it and all it started are killed. Nothing of it is left behind. */
export async function runToEnd(runner: Runner, { owner, timeoutMs, order, over }: RunOrder): Promise<RunEnd> {
  const { busy, clock, host, processes } = runner
  const token = runner.newToken()
  const marker = printMarker({ host, owner, token })
  const startedAt = clock.now()
  let timedOut = false
  busy.add(token)
  const cancel = clock.alarm(startedAt + timeoutMs, () => {
    timedOut = true
    killAll(runner, { owner, token })
  })
  const end = (): void => killAll(runner, { owner, token })
  over?.addEventListener('abort', end, { once: true })
  try {
    const { environment, ...rest } = order(marker, token)
    const marked = { ...rest, environment: { ...environment, [markerVariable]: marker } }
    const ending = await new Promise<Ending>((resolve) => {
      processes.start(marked, resolve)
      // A signal that was aborted before tells nobody any more.
      if (over?.aborted === true) end()
    })
    return { ...ending, timedOut, tookMs: clock.now() - startedAt }
  } finally {
    cancel()
    over?.removeEventListener('abort', end)
    killAll(runner, { owner, token })
    busy.delete(token)
  }
}

function killAll(
  { host, processes }: Runner,
  { owner, token }: { readonly owner: string; readonly token: string },
): void {
  for (const process of processes.list()) {
    const marker = processes.marker(process.pid)
    if (parseMarker(marker)?.token !== token) continue
    const evidence = { found: processes.read(process.pid), marker: processes.marker(process.pid) }
    if (isProven(process, { host, owner }, evidence)) processes.signal(process.pid, 'SIGKILL')
  }
}
