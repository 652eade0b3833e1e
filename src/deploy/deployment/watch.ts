import type { Actor } from '../../access/index.ts'
import { Bell, Pace } from '../../base/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireOnDeployment } from '../permission.ts'
import { describe, type DeploymentDescription } from './describe.ts'
import { offeredTo } from './offers.ts'
import { hasEnded, requireDeployment } from './rows.ts'

/**
 * The deployment as it is, then again whenever a commit has changed it: at once when nothing was told lately, else together with what
 * follows; ends with the description of its end, or when the signal fires. Changes between two looks are one change: a slow reader
 * misses steps in between, never the last state. It goes on over pauses and over executions that are lost. All who watch the same
 * deployment share one reading of it, and get the same object.
 * @throws HoldfastError access.forbidden, deploy.deployment_missing
 */
export async function* watchDeployment(
  deploys: Deploys,
  actor: Actor,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<DeploymentDescription, void, undefined> {
  requireOnDeployment(deploys.store.read, actor, 'deploy.read', id)
  const view = deploys.views.enter(deploys, id)
  const bell = new Bell(signal)
  const leave = view.listen(() => bell.ring())
  try {
    let told: DeploymentDescription | undefined
    while (!signal.aborted) {
      const now = view.read()
      if (now !== told) yield offeredTo(actor, now)
      told = now
      if (now.endedAt !== null) return
      await bell.rung()
    }
  } finally {
    leave()
    bell.close()
  }
}

/** What those who watch share: one description for each commit that changed something, made when the first of them asks. */
export class Views {
  readonly #views = new Map<string, View>()

  enter(deploys: Deploys, id: string): View {
    const found = this.#views.get(id)
    if (found !== undefined) return found
    const view = new View(deploys, id, () => this.#views.delete(id))
    this.#views.set(id, view)
    return view
  }
}

/** From one telling to the next; the end is told at once. */
const paceMs = 100

export class View {
  readonly #deploys: Deploys
  readonly #id: string
  readonly #listeners = new Set<() => void>()
  readonly #pace: Pace
  readonly #leave: () => void
  #description: { readonly text: string; readonly value: DeploymentDescription } | undefined
  #isStale = true

  constructor(deploys: Deploys, id: string, close: () => void) {
    this.#deploys = deploys
    this.#id = id
    this.#pace = new Pace({ clock: deploys.clock, everyMs: paceMs, act: () => this.#tell() })
    const deafen = deploys.changes.on(id, () => this.#hear())
    this.#leave = () => {
      deafen()
      this.#pace.stop()
      close()
    }
  }

  /** Calls back when there is something new to read. Returns how to leave. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#leave()
    }
  }

  /** The same object as long as nothing that is told has changed. */
  read(): DeploymentDescription {
    if (!this.#isStale && this.#description !== undefined) return this.#description.value
    this.#isStale = false
    const { read } = this.#deploys.store
    const value = describe(this.#deploys, read, requireDeployment(read, this.#id))
    const text = JSON.stringify(value)
    if (this.#description?.text !== text) this.#description = { text, value }
    return this.#description.value
  }

  #hear(): void {
    this.#isStale = true
    if (hasEnded(this.#deploys.store.read, this.#id)) this.#tell()
    else this.#pace.ring()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
