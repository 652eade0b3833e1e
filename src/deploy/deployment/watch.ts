import type { Actor } from '../../access/index.ts'
import type { Deploys } from '../deploys.ts'
import { requireOnDeployment } from '../permission.ts'
import { describe, type DeploymentDescription } from './describe.ts'
import { requireDeployment } from './rows.ts'

/**
 * The deployment as it is, then again whenever a commit has changed it; ends with the description of its end, or when the
 * signal fires. Changes between two looks are one change: a slow reader misses steps in between, never the last state. It
 * goes on over pauses and over executions that are lost. All who watch the same deployment share one reading of it.
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
  const leave = deploys.changes.on(id, () => bell.ring())
  try {
    let told: DeploymentDescription | undefined
    while (!signal.aborted) {
      const now = view.read()
      if (now !== told) yield now
      told = now
      if (now.endedAt !== null) return
      await bell.rung()
    }
  } finally {
    leave()
    bell.close()
    view.leave()
  }
}

/** What those who watch share: one description for each commit that changed something, made when the first of them asks. */
export class Views {
  readonly #views = new Map<string, View>()

  enter(deploys: Deploys, id: string): View {
    const view = this.#views.get(id) ?? new View(deploys, id, () => this.#views.delete(id))
    this.#views.set(id, view)
    return view.enter()
  }
}

export class View {
  readonly #deploys: Deploys
  readonly #id: string
  readonly #close: () => void
  #watchers = 0
  #description: { readonly text: string; readonly value: DeploymentDescription } | undefined
  #isStale = true
  #deafen: (() => void) | undefined

  constructor(deploys: Deploys, id: string, close: () => void) {
    this.#deploys = deploys
    this.#id = id
    this.#close = close
  }

  enter(): this {
    this.#watchers++
    this.#deafen ??= this.#deploys.changes.on(this.#id, () => {
      this.#isStale = true
    })
    return this
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

  leave(): void {
    this.#watchers--
    if (this.#watchers > 0) return
    this.#deafen?.()
    this.#deafen = undefined
    this.#close()
  }
}

/** Rings between two looks are one ring. */
class Bell {
  readonly #signal: AbortSignal
  readonly #aborted = (): void => this.ring()
  #pending = false
  #wake: (() => void) | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#aborted, { once: true })
  }

  ring(): void {
    this.#pending = true
    this.#wake?.()
  }

  async rung(): Promise<void> {
    if (!this.#pending && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    this.#pending = false
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#aborted)
  }
}
