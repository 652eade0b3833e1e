/** What an agent is told while it is killed, with the keys under which the next agent is told the same again. */
import type { CommandInput } from './contract.ts'

const address = { project: 'acme/shop', config: 'production', release: 'r1' } as const
const start = {
  kind: 'startInstance',
  ...address,
  service: 'web',
  command: 'sleep 1000',
  stop: { killMs: 1000 },
} as const

export const killScript = (app: string): readonly CommandInput[] => [
  {
    kind: 'prepareArtifact',
    key: 'prepare',
    ...address,
    artifact: { kind: 'folder', path: app },
    build: { command: 'touch built' },
  },
  { ...start, key: 'start-1', instance: 'web-1' },
  { ...start, key: 'start-2', instance: 'web-2' },
  { kind: 'stopInstance', key: 'stop-1', instance: 'web-1', remove: true },
]
