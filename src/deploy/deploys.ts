/** What the verbs and the machines of this folder work with. `app/` builds one. */
import type { Clock, Logger, RandomBytes } from '../base/index.ts'
import type { Engine, Procedure } from '../engine/index.ts'
import type { Deployers } from './deployer.ts'
import type { Release } from './release/schemas.ts'
import { announcing, type DeployStore } from './deployment/changes.ts'
import { Signals } from './deployment/signals.ts'
import { Views } from './deployment/watch.ts'

export type DeploysOptions = {
  readonly store: DeployStore
  readonly clock: Clock
  readonly logger: Logger
  readonly randomBytes: RandomBytes
  readonly deployers: Deployers
  /** Asked for when it is needed: the engine is built with the procedures of this folder, so it comes after them. */
  readonly engine: () => Engine
  /** Those of our own hooks that are in force: their input is checked before a release changes anything. */
  readonly hooks?: () => readonly Procedure[]
}

export type Deploys = DeploysOptions & {
  /** Tells a deployment under way in this process that somebody wants something of it. */
  readonly signals: Signals
  /** Tells who watches a deployment that something of it was committed. */
  readonly changes: Signals
  /** What those who watch the same deployment share. */
  readonly views: Views
  /** Releases as their deployers understand them, by digest: a signed release never changes. */
  readonly releases: Map<string, Release>
}

export function openDeploys(options: DeploysOptions): Deploys {
  const changes = new Signals()
  const store = announcing(options.store, changes)
  return { ...options, store, changes, views: new Views(), signals: new Signals(), releases: new Map() }
}
