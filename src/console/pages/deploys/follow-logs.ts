/** The lines of instances over a connection of its own, taken up again where it was lost. */
import { addressOf, ApiFault, type Client } from '../../api/client.ts'
import type { LogLine } from '../../api/generated.ts'

export type Following = {
  readonly query: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onLine: (line: LogLine) => void
  readonly onState: (isConnected: boolean, fault: unknown) => void
}

const pauseMs = 2000

/** Until the signal fires, or the server refuses. */
export async function followLogs(client: Client, { query, signal, onLine, onState }: Following): Promise<void> {
  let after: string | undefined
  while (!signal.aborted) {
    try {
      const events = await client.events(addressOf('/v1/logs', {}, query), { after, signal })
      if (events === undefined) return
      onState(true, undefined)
      for await (const { id, event, data } of events) {
        if (signal.aborted) return
        if (id !== undefined && id !== '') after = id
        if (event === 'line') onLine(JSON.parse(data) as LogLine)
      }
    } catch (fault) {
      if (signal.aborted) return
      onState(false, fault)
      // Asking again does not help against a refusal.
      if (fault instanceof ApiFault && fault.problem.status >= 400 && fault.problem.status < 500) return
    }
    if (!signal.aborted) await pause(signal)
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
