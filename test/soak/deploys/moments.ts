/** When to kill: at the n-th change that a host or the store makes, or at any time within an operation. */
import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'

export type Moment =
  | { readonly kind: 'host-change'; readonly nth: number }
  | { readonly kind: 'commit'; readonly nth: number }
  | { readonly kind: 'after'; readonly ms: number }

export function momentOf(random: () => number, usualMs: number): Moment {
  const dice = random()
  // Commands, terms, records, routes and copies are each a file that is written: some twenty in a deployment.
  if (dice < 0.4) return { kind: 'host-change', nth: 1 + Math.floor(random() * 40) }
  if (dice < 0.7) return { kind: 'commit', nth: 1 + Math.floor(random() * 60) }
  return { kind: 'after', ms: Math.floor(random() * usualMs) }
}

export const tellMoment = (moment: Moment): string =>
  moment.kind === 'after' ? `after ${moment.ms} ms` : `at ${moment.kind} ${moment.nth}`

const hostFolders = ['outcomes', 'fences', 'instances', 'routes', 'copies', 'drafts']

export type Awaited = { readonly come: Promise<void>; readonly leave: () => void }

/** Begins to watch at once; `leave` lets whoever waits go. */
export function awaitMoment(data: string, moment: Moment): Awaited {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (moment.kind === 'after') {
    const timer = setTimeout(resolve, moment.ms)
    return { come: promise, leave: () => (clearTimeout(timer), resolve()) }
  }
  let left = moment.nth
  const count = (): void => {
    if (--left <= 0) resolve()
  }
  const watchers: FSWatcher[] =
    moment.kind === 'commit'
      ? [watch(data, (_, name) => name?.endsWith('-wal') === true && count())]
      : hostFolders.map((folder) => watch(join(data, 'host', folder), count))
  return {
    come: promise.finally(() => watchers.forEach((watcher) => watcher.close())),
    leave: resolve,
  }
}
