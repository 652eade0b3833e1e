/** What is acted on, as server-sent events that a page of the console keeps its lists current by. */
import { can } from '../../access/index.ts'
import type { News } from '../../audit/index.ts'
import { printEvents, type PrintedEvents } from './event-stream.ts'
import type { RouteAnswer, RouteContext } from './route.ts'

/**
 * An event's id is the last record that it tells of. Whoever comes back with an older one is told to read anew: what happened
 * meanwhile is in the lists, and nobody needs it one by one.
 */
export function watchChanges({
  dependencies: { news },
  actor,
  headers,
}: RouteContext<unknown, unknown, unknown>): RouteAnswer {
  const seen = headers['last-event-id']
  const seesAll = can(actor, 'trail.read').allowed
  return {
    kind: 'events',
    run: async (send, signal) => {
      const waiting = new Newest()
      const leave = news.listen((one) => waiting.put(one))
      signal.addEventListener('abort', () => waiting.ring(), { once: true })
      try {
        const { through } = news
        if (seen !== undefined && seen !== String(through)) {
          waiting.put({ through, all: true, actions: [], subjects: [] })
        }
        while (!signal.aborted) {
          const next = await waiting.take(signal)
          if (next !== undefined) await send(printed(seesAll ? next : withoutSubjects(next)))
        }
      } finally {
        leave()
      }
    },
  }
}

/** All who listen are told the same news: they are printed for the first of them. */
const alreadyPrinted = new WeakMap<News, PrintedEvents>()

function printed(news: News): PrintedEvents {
  const found = alreadyPrinted.get(news)
  if (found !== undefined) return found
  const events = printEvents([{ id: String(news.through), event: 'changes', data: JSON.stringify(news) }])
  alreadyPrinted.set(news, events)
  return events
}

/** For whoever sees only some places: that something happened, and no more. */
const withoutSubjects = ({ through }: News): News => ({ through, all: true, actions: [], subjects: [] })

/** A reader that is slower than the news is told of them together. */
class Newest {
  #news: News | undefined
  #wake: (() => void) | undefined

  put(news: News): void {
    this.#news = this.#news === undefined ? news : joined(this.#news, news)
    this.ring()
  }

  ring(): void {
    this.#wake?.()
  }

  async take(signal: AbortSignal): Promise<News | undefined> {
    if (this.#news === undefined && !signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const news = this.#news
    this.#news = this.#wake = undefined
    return news
  }
}

const mostSubjects = 1000

function joined(earlier: News, later: News): News {
  const subjects = [...earlier.subjects, ...later.subjects]
  const all = earlier.all || later.all || subjects.length > mostSubjects
  return {
    through: later.through,
    all,
    actions: [...new Set([...earlier.actions, ...later.actions])],
    subjects: all ? [] : subjects,
  }
}
