/** Routes as tests need them. */
import type { Route, Target } from '../../edge/index.ts'

export const shop = { project: 'acme/shop', config: 'production' }
export const blog = { project: 'acme/blog', config: 'production' }

export function aTarget(id: string, more: Partial<Target> = {}): Target {
  const address = { host: '127.0.0.1', port: 24_000 }
  return { id, release: 'dep_1', instance: 'web.1', address, state: 'active', ...more }
}

export function aRoute(id: string, more: Partial<Route> = {}): Route {
  const targets = more.targets ?? [aTarget(`${id}-1`)]
  return {
    id,
    project: 'acme/shop',
    config: 'production',
    service: 'web',
    hosts: [`${id}.example.com`],
    weights: [...new Set(targets.map(({ release }) => release))].map((release) => ({ release, weight: 1 })),
    ...more,
    targets,
  }
}
