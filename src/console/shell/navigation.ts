/** The groups of pages, in their order: what stands in the navigation, in the palette and behind `g` and a letter. */
import type { May, MayVerb } from '../api/may.ts'
import type { IconName } from '../parts/icons.tsx'
import type { WordKey } from '../words/index.tsx'

export type Group = {
  readonly name: string
  readonly path: '/' | '/deploys' | '/executions' | '/machines' | '/hosts' | '/locks' | '/access' | '/people' | '/audit'
  readonly icon: IconName
  readonly words: WordKey
  /** After `g`. */
  readonly letter: string
  /** What whoever reads it has to be allowed. */
  readonly verb: MayVerb
}

/** A new folder of pages adds one line. */
export const groups = [
  { name: 'overview', path: '/', icon: 'overview', words: 'shell.nav_overview', letter: 'o', verb: 'deploy.read' },
  { name: 'deploys', path: '/deploys', icon: 'deploys', words: 'shell.nav_deploys', letter: 'd', verb: 'deploy.read' },
  {
    name: 'executions',
    path: '/executions',
    icon: 'executions',
    words: 'shell.nav_executions',
    letter: 'e',
    verb: 'execution.list',
  },
  {
    name: 'machines',
    path: '/machines',
    icon: 'machines',
    words: 'shell.nav_machines',
    letter: 'm',
    verb: 'machine.list',
  },
  { name: 'hosts', path: '/hosts', icon: 'hosts', words: 'shell.nav_hosts', letter: 'h', verb: 'host.list' },
  { name: 'locks', path: '/locks', icon: 'locks', words: 'shell.nav_locks', letter: 'l', verb: 'lock.list' },
  { name: 'access', path: '/access', icon: 'access', words: 'shell.nav_access', letter: 't', verb: 'key.list' },
  { name: 'people', path: '/people', icon: 'people', words: 'shell.nav_people', letter: 'p', verb: 'person.list' },
  { name: 'audit', path: '/audit', icon: 'audit', words: 'shell.nav_audit', letter: 'a', verb: 'trail.read' },
] as const satisfies readonly Group[]

/** Those that whoever is signed in may read. The first one is there for everybody: it says what there is, or that there is nothing. */
export const groupsFor = (may: May): readonly (typeof groups)[number][] =>
  groups.filter(({ name, verb }) => name === 'overview' || may(verb))

/** The group of this name, where it is closed to whoever is signed in. */
export const closedGroup = (may: May, current: string): (typeof groups)[number] | undefined =>
  groupsFor(may).some(({ name }) => name === current) ? undefined : groups.find(({ name }) => name === current)

/** The group that an address belongs to. */
export function groupAt(path: string): string {
  const found = groups.find((group) => group.path !== '/' && (path === group.path || path.startsWith(`${group.path}/`)))
  return found?.name ?? (path === '/' ? 'overview' : '')
}

/** Where a pasted id leads; undefined when it is none. */
export function placeOfId(
  text: string,
): { readonly kind: 'deployment' | 'execution'; readonly id: string } | undefined {
  const id = text.trim()
  if (/^dep_[0-9a-z]{20,}$/.test(id)) return { kind: 'deployment', id }
  const arn = /^arn:aws:states:[^:]+:\d+:execution:([^:]+):([^:]+)$/.exec(id)
  if (arn !== null) return { kind: 'execution', id: `${arn[1]}:${arn[2]}` }
  return /^[\w.-]+:[\w.-]{6,}$/.test(id) ? { kind: 'execution', id } : undefined
}
