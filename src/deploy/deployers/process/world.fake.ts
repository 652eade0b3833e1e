/** A deploying Holdfast with the deployer of processes over hosts in memory. */
import type { PlainJson } from '../../../audit/index.ts'
import { VirtualClock } from '../../../base/index.ts'
import type { Deployers } from '../../deployer.ts'
import type { Deployment } from '../../deployment/rows.ts'
import { World, type WorldOptions } from '../../world.ts'
import { processDeployer } from './deployer.ts'
import { FakeHosts } from './hosts.fake.ts'

export type Document = Readonly<Record<string, PlainJson>>

export const allAtOnce = { kind: 'all-at-once', bake: { for: '5s' } }
export const archive = { url: 'https://files.example.com/shop.tgz', sha256: 'a'.repeat(64) }
export const web = (more: Document = {}): Document => ({
  command: 'good',
  instances: 2,
  route: { hosts: ['shop.example.com'] },
  ...more,
})

export class ProcessWorld extends World {
  readonly hosts: FakeHosts

  constructor(hosts = new FakeHosts(new VirtualClock()), options: WorldOptions = {}) {
    const deployers: Deployers = { process: processDeployer({ hosts, clock: hosts.clock }) }
    super({ clock: hosts.clock, deployers, ...options })
    this.hosts = hosts
  }

  override document(document: Document = {}): Document {
    return super.document({ target: 'process', artifact: archive, strategy: allAtOnce, ...document })
  }

  async shipped(services: Document, more: Document = {}): Promise<Deployment> {
    return this.deployed({ services, ...more })
  }

  /** Lets pass the time that the answer takes. */
  async answer<T>(asked: Promise<T>): Promise<T> {
    const state = { over: false }
    const end = (): void => {
      state.over = true
    }
    asked.then(end, end)
    await this.until(() => state.over)
    return asked
  }

  get place(): string {
    return 'shop/web/production'
  }

  /** Time for what stood warm to be taken down. */
  async cooled(): Promise<void> {
    await this.advance(30 * 60_000)
    await this.tick()
  }
}
