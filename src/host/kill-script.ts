/** What an agent is told while it is killed, with the keys under which the next agent is told the same again. */
import type { Route } from '../edge/index.ts'
import type { CommandInput } from './contract.ts'

/** Nobody listens there: what is tried is who is told what, not whether it is healthy. */
const routesTo = (instance: string): Route[] => [
  {
    ...{ id: 'web', project: 'acme/shop', config: 'production', service: 'web', hosts: ['kill.example.com'] },
    weights: [{ release: 'r1', weight: 1 }],
    targets: [{ id: instance, release: 'r1', instance, state: 'active', address: { host: '127.0.0.1', port: 1 } }],
  },
]
const place = { project: 'acme/shop', config: 'production' } as const
const ofPlace = (term: number) => ({ fence: { scope: 'acme/shop/production', term } })
const under = (term: number) => ({ fence: { scope: 'r1', term } })

const address = { project: 'acme/shop', config: 'production', release: 'r1' } as const
const start = {
  kind: 'startInstance',
  ...address,
  service: 'web',
  command: 'sleep 1000',
  stop: { killMs: 1000 },
} as const

export const killScript = (app: string): CommandInput[] => [
  {
    kind: 'prepareArtifact',
    key: 'prepare',
    ...under(1),
    ...address,
    artifact: { kind: 'folder', path: app },
    build: { command: 'touch built' },
  },
  { ...start, ...under(1), key: 'start-1', instance: 'web-1' },
  { ...start, ...under(2), key: 'start-2', instance: 'web-2' },
  { kind: 'setRoutes', key: 'routes-1', ...ofPlace(1), ...place, routes: routesTo('web-1') },
  { kind: 'setRoutes', key: 'routes-2', ...ofPlace(2), ...place, routes: routesTo('web-2') },
  // Refused while the first routes are in force, so it shows that the second are.
  { kind: 'stopInstance', key: 'stop-1', ...under(3), instance: 'web-1', remove: true },
  { kind: 'removeCopy', key: 'remove', ...under(3), of: { ...address, release: 'r0' } },
]
