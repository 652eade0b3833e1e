/** What the trail tells, as what is to be read anew. Pure. */

/** Type of a record's subject → what is shown of it: first words of paths. */
const shownOf: Readonly<Record<string, readonly string[]>> = {
  execution: ['executions', 'map-runs'],
  map_run: ['map-runs', 'executions'],
  machine: ['machines'],
  deployment: ['deployments', 'places', 'locks'],
  release: ['deployments', 'places'],
  place: ['places', 'locks', 'deployments'],
  lock: ['locks', 'places'],
  host: ['hosts'],
  key: ['keys'],
  token: ['tokens', 'sessions', 'me'],
  person: ['people', 'groups', 'session', 'sessions', 'me'],
  group: ['groups', 'people', 'session'],
  session: ['session', 'sessions'],
  connection: ['connections'],
}

export type Changes = {
  readonly all: boolean
  readonly subjects: readonly { readonly type: string }[]
}

/** Undefined: everything. */
export function staleAfter({ all, subjects }: Changes): readonly string[] | undefined {
  if (all) return undefined
  return [...new Set(['trail', ...subjects.flatMap(({ type }) => shownOf[type] ?? [])])]
}
