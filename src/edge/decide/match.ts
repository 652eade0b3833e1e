/** Which route takes a request: the most specific host first (exact, longest wildcard, `*`), then the longest path prefix. */
import { trimmed } from '../routes/parse-routes.ts'

export type Addressed = { readonly hosts: readonly string[]; readonly pathPrefix: string }

type ByPath<T> = { readonly prefix: string; readonly route: T }[]

/** Compiled once per version; a look-up costs one map access per label of the host. */
export class RouteTable<T extends Addressed> {
  readonly #exact = new Map<string, ByPath<T>>()
  /** `.example.com` for `*.example.com`. */
  readonly #below = new Map<string, ByPath<T>>()
  readonly #any: ByPath<T> = []

  constructor(routes: readonly T[]) {
    for (const route of routes) {
      for (const host of route.hosts) this.#placesOf(host).push({ prefix: trimmed(route.pathPrefix), route })
    }
    for (const list of [...this.#exact.values(), ...this.#below.values(), this.#any]) {
      list.sort((a, b) => b.prefix.length - a.prefix.length)
    }
  }

  /** `host` and `path` as `plainHost` and `plainPath` give them. */
  match(host: string, path: string): T | undefined {
    const exact = firstUnder(this.#exact.get(host), path)
    if (exact !== undefined) return exact
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const below = firstUnder(this.#below.get(host.slice(dot)), path)
      if (below !== undefined) return below
    }
    return firstUnder(this.#any, path)
  }

  #placesOf(host: string): ByPath<T> {
    if (host === '*') return this.#any
    const [map, key] = host.startsWith('*.') ? [this.#below, host.slice(1)] : [this.#exact, host]
    const places = map.get(key) ?? []
    map.set(key, places)
    return places
  }
}

function firstUnder<T>(places: ByPath<T> | undefined, path: string): T | undefined {
  if (places === undefined) return undefined
  for (const { prefix, route } of places) if (isUnder(path, prefix)) return route
  return undefined
}

function isUnder(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/' || prefix === '')
}

const hostSyntax = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)$/

/** The host of a Host header or an absolute target: lower case, without port and final dot. Undefined when it is none. */
export function plainHost(authority: string): string | undefined {
  const port = /:\d{0,5}$/.exec(authority)
  const host = port === null ? authority : authority.slice(0, port.index)
  if (!hostSyntax.test(host)) return undefined
  const plain = host.toLowerCase()
  return plain.endsWith('.') ? plain.slice(0, -1) : plain
}

/**
 * The path to match by: without query, dot segments resolved as an application behind us would. Else `/public/../admin`
 * would be judged by the rules of one route and answered by what another protects.
 */
export function plainPath(target: string): string {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (!path.includes('/.') && !path.includes('%2')) return path
  const segments: string[] = []
  for (const raw of path.slice(1).split('/')) {
    const segment = raw.replace(/%2e/gi, '.')
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(raw)
  }
  return `/${segments.join('/')}`
}
