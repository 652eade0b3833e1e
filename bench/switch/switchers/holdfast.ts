/** Holdfast as a whole: control plane, agent and edge, driven by the API as a person or a pipeline would. */
import { join } from 'node:path'
import { defaultSettings, digestTree } from '../../../src/host/index.ts'
import { steadyMs } from '../steady-clock.ts'
import type { Witness } from '../witness.ts'
import { ControlPlane } from './control-plane.ts'
import { type Behaviour, environmentOf, type Switch, type Switcher, SwitchFailed, WindowBook } from './switcher.ts'

const place = { project: 'bench/switch', config: 'load' }

export type HoldfastSwitcherOptions = {
  readonly folder: string
  readonly artifact: string
  readonly witness: Witness
  readonly instances: number
}

export class HoldfastSwitcher implements Switcher {
  readonly #options: HoldfastSwitcherOptions
  readonly #book = new WindowBook()
  #controlPlane: ControlPlane | undefined
  /** Of the artifact: what is signed is what runs. */
  #sha256 = ''
  /** Fleets: what instances name as their release. */
  #live: string | undefined
  #warm: string | undefined
  port = 0

  constructor(options: HoldfastSwitcherOptions) {
    this.#options = options
  }

  get windows() {
    return this.#book.windows
  }

  async start(): Promise<void> {
    const limits = { bytes: defaultSettings.mostUnpackedBytes, files: defaultSettings.mostFiles }
    const tree = await digestTree({ from: this.#options.artifact, exclude: new Set(['.git']), limits })
    this.#sha256 = tree.sha256
    this.#controlPlane = await ControlPlane.start(join(this.#options.folder, 'holdfast'))
    this.port = this.#controlPlane.edgePort
    await this.deploy()
  }

  async deploy(behaviour: Behaviour = {}): Promise<Switch> {
    return this.#switch('deploy', (controlPlane) => controlPlane.deploy(this.#release(behaviour)))
  }

  async rollback(): Promise<Switch> {
    return this.#switch('rollback', (controlPlane) => controlPlane.rollBack(place))
  }

  async close(): Promise<void> {
    await this.#controlPlane?.stop()
  }

  async #switch(kind: Switch['kind'], ask: (controlPlane: ControlPlane) => Promise<string>): Promise<Switch> {
    const controlPlane = this.#controlPlane
    if (controlPlane === undefined) throw new Error('the control plane was not started')
    const from = this.#live
    const askedMs = steadyMs()
    const id = await ask(controlPlane)
    const acceptedMs = steadyMs()
    let opened = false
    let inForceMs: number | undefined
    const view = await controlPlane.follow(id, ({ fleet, committedAt }) => {
      // From the asking on: it may have traffic before we hear of it.
      if (!opened) this.#book.open(fleet, askedMs)
      opened = true
      if (committedAt === null || inForceMs !== undefined) return
      inForceMs = steadyMs()
      if (from !== undefined) this.#book.close(from, inForceMs)
    })
    const endedMs = steadyMs()
    if (view.status !== 'succeeded') {
      this.#book.close(view.fleet, endedMs)
      throw new SwitchFailed(`${kind} ${view.id} ${view.status}: ${view.diagnosis?.what ?? 'nothing is said of it'}`)
    }
    this.#live = view.fleet
    this.#warm = from
    return { kind, from, to: view.fleet, askedMs, acceptedMs, inForceMs: inForceMs ?? endedMs, endedMs }
  }

  #release(behaviour: Behaviour) {
    const { artifact, instances, witness } = this.#options
    return {
      ...place,
      artifact: { folder: artifact, sha256: this.#sha256 },
      services: {
        web: {
          instances,
          command: [process.execPath, 'server.js'],
          environment: { BENCH_WITNESS: String(witness.port), ...environmentOf(behaviour, this.#warm) },
          health: { kind: 'http', path: '/health' },
          route: { hosts: ['*'], timeouts: { drain: '15s', upgradeDrain: '1s' } },
        },
      },
      strategy: { kind: 'all-at-once', bake: { for: '0s' } },
    }
  }
}
