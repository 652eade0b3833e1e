/** What was looked at last, to go back to: kept by this browser, newest first. Pure but for its storage. */
import type { IconName } from '../parts/icons.tsx'

export type Recent = { readonly kind: 'deploys' | 'executions' | 'machines' | 'hosts' | 'audit'; readonly id: string }

const most = 6

/** The thing that an address shows; undefined for lists and what has no page of its own. */
export function recentOf(path: string): Recent | undefined {
  const [, kind, id] = /^\/(deploys|executions|machines|hosts|audit)\/([^/]+)$/.exec(path) ?? []
  const found = kinds.find((one) => one === kind)
  return found === undefined || id === undefined ? undefined : { kind: found, id: decodeURIComponent(id) }
}

const kinds = ['deploys', 'executions', 'machines', 'hosts', 'audit'] as const

export function remembered(list: readonly Recent[], seen: Recent): readonly Recent[] {
  const others = list.filter(({ kind, id }) => kind !== seen.kind || id !== seen.id)
  return [seen, ...others].slice(0, most)
}

export const iconOf: Readonly<Record<Recent['kind'], IconName>> = {
  deploys: 'deploys',
  executions: 'executions',
  machines: 'machines',
  hosts: 'hosts',
  audit: 'audit',
}

const storageName = 'holdfast.recent'

export const storedRecent = {
  read: (): readonly Recent[] => parsed(localStorage.getItem(storageName)),
  add: (seen: Recent): void => localStorage.setItem(storageName, JSON.stringify(remembered(storedRecent.read(), seen))),
}

/** Somebody else may have written there: what is not understood is nothing. */
export function parsed(text: string | null): readonly Recent[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isRecent).slice(0, most) : []
  } catch {
    // No JSON: as above.
    return []
  }
}

function isRecent(value: unknown): value is Recent {
  const { kind, id }: { readonly kind?: unknown; readonly id?: unknown } = Object(value)
  return kinds.some((one) => one === kind) && typeof id === 'string'
}
