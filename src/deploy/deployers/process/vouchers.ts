/**
 * What hosts say of their own instances to the edges of other hosts. An edge believes an answer that repeats the release id; for
 * an application that repeats nothing somebody has to vouch, and only the agent of its own host can see whose socket it is.
 */
import type { Attestation } from '../../../edge/index.ts'
import type { HealthReport, InstanceStatus } from '../../../host/index.ts'
import { DeployFailure } from '../../failure.ts'
import type { HostCaller } from './host-caller.ts'

export type Vouched = { readonly host: string; readonly instance: string }

const mostRemembered = 20_000
const patienceMs = 500

export class Vouchers {
  readonly #caller: HostCaller
  /** Undefined: it speaks for itself. */
  readonly #known = new Map<string, Attestation | undefined>()

  constructor(caller: HostCaller) {
    this.#caller = caller
  }

  /** What every reading of the health tells as well. */
  note(
    { host, instance }: Vouched,
    { listens, proof }: Pick<HealthReport, 'proof' | 'listens'>,
    { pid }: Pick<InstanceStatus, 'pid'>,
  ): void {
    if (this.#known.size >= mostRemembered) this.#known.clear()
    if (proof === 'release-id') this.#known.set(instance, undefined)
    if ((proof !== 'socket' && listens === undefined) || pid === undefined) return
    const evidence = `the agent of ${host} saw that the socket is this instance's`
    this.#known.set(instance, { pid, at: this.#caller.clock.now(), evidence })
  }

  /**
   * Asks for those of whom nothing is known, all at once and not for long: the routes go out all the same, and one that cannot
   * be vouched for now has to speak for itself.
   */
  async learn(instances: readonly Vouched[], signal: AbortSignal): Promise<void> {
    const unknown = new Map(instances.filter((one) => this.#isUnknown(one)).map((one) => [one.instance, one]))
    if (unknown.size === 0) return
    const { clock } = this.#caller
    const late = new AbortController()
    const cancel = clock.alarm(clock.now() + patienceMs, () => late.abort(new Error('nobody vouched in time')))
    try {
      const both = AbortSignal.any([signal, late.signal])
      await Promise.all([...unknown.values()].map((one) => this.#ask(one, both)))
    } catch (fault) {
      if (!late.signal.aborted) throw fault
    } finally {
      cancel()
    }
  }

  #isUnknown({ host, instance }: Vouched): boolean {
    return !this.#known.has(instance) && this.#caller.find(host)?.state !== 'away'
  }

  of(instance: string): Attestation | undefined {
    return this.#known.get(instance)
  }

  async #ask({ host, instance }: Vouched, signal: AbortSignal): Promise<void> {
    try {
      const [report, status] = await Promise.all([
        this.#caller.read<'checkHealth'>(host, { kind: 'checkHealth', instance, withinMs: 0, successes: 1 }, signal),
        this.#caller.read<'instanceStatus'>(host, { kind: 'instanceStatus', instance }, signal),
      ])
      this.note({ host, instance }, report, status)
    } catch (fault) {
      // A host that is away or without this instance cannot vouch.
      if (!(fault instanceof DeployFailure)) throw fault
    }
  }
}
