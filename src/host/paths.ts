/** Where things lie in the agent's data folder. */
import { join } from 'node:path'

export type HostPaths = {
  readonly root: string
  /** Holds the host's id. */
  readonly host: string
  readonly quarantine: string
  /** Half-made things; emptied at every start. */
  readonly drafts: string
  readonly instances: string
  /** What removed instances wrote last. */
  readonly removed: string
  readonly artifacts: string
  readonly copies: string
  readonly data: string
  readonly outcomes: string
  readonly fences: string
  readonly routes: string
}

export function hostPaths(root: string): HostPaths {
  return {
    root,
    host: join(root, 'host.json'),
    quarantine: join(root, 'ports.json'),
    drafts: join(root, 'drafts'),
    instances: join(root, 'instances'),
    removed: join(root, 'removed'),
    artifacts: join(root, 'artifacts'),
    copies: join(root, 'copies'),
    data: join(root, 'data'),
    outcomes: join(root, 'outcomes'),
    fences: join(root, 'fences'),
    routes: join(root, 'routes'),
  }
}

export const instanceFolder = (paths: HostPaths, instance: string): string => join(paths.instances, instance)
export const recordFile = (paths: HostPaths, instance: string): string => join(paths.instances, instance, 'record.json')
/** One per run, so that the words of a former run are never read as this one's. */
export const statusFile = (paths: HostPaths, instance: string, token: string): string =>
  join(paths.instances, instance, `run-${token}`)
export const outputFile = (paths: HostPaths, instance: string): string => join(paths.instances, instance, 'output.log')
/** Where an instance without a working copy runs. */
export const emptyFolder = (paths: HostPaths, instance: string): string => join(paths.instances, instance, 'work')
