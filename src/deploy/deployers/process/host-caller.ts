/** Asking and telling hosts: keys for what only reads, failures with their class. */
import type { Clock } from '../../../base/index.ts'
import type { CommandInput, CommandKind, Hosts, HostView, Outcomes } from '../../../host/index.ts'
import { hostFailure } from './failures.ts'

type Asked<K extends CommandKind> = Extract<CommandInput, { readonly kind: K }>
type Keyless<K extends CommandKind> = Omit<Asked<K>, 'key'> & { readonly kind: K }

export class HostCaller {
  readonly hosts: Hosts
  readonly clock: Clock
  #asked = 0
  /** Who was asked something and has not answered yet, by what the asker hangs up with. */
  readonly #underWay = new WeakMap<AbortSignal, string[]>()

  constructor(hosts: Hosts, clock: Clock) {
    this.hosts = hosts
    this.clock = clock
  }

  /** Where requests come in, by name, so that they are always told in the same order. */
  edges(): readonly HostView[] {
    return this.hosts
      .list()
      .filter(({ edge }) => edge !== undefined)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  find(name: string): HostView | undefined {
    return this.hosts.list().find((host) => host.name === name)
  }

  /** A key that was never used: no two questions are the same question. */
  freshKey(of: string): string {
    return `${of}/${this.clock.now()}-${this.#asked++}`
  }

  /** @throws DeployFailure */
  read<K extends CommandKind>(host: string, command: Keyless<K>, signal: AbortSignal): Promise<Outcomes[K]> {
    return this.tell<K>(host, { ...command, key: this.freshKey(command.kind) }, signal)
  }

  /** @throws DeployFailure; the signal's reason */
  async tell<K extends CommandKind>(
    host: string,
    command: Keyless<K> & { readonly key: string },
    signal: AbortSignal,
    /** Which service it is about, to name the field that is wrong. */
    service?: string,
  ): Promise<Outcomes[K]> {
    const underWay = this.#underWay.get(signal) ?? []
    this.#underWay.set(signal, underWay)
    underWay.push(host)
    try {
      return await this.hosts.run<K>(host, asCommand<K>(command), signal)
    } catch (fault) {
      if (signal.aborted) throw fault
      throw hostFailure(fault, { host, ...(service === undefined ? {} : { service }) })
    } finally {
      underWay.splice(underWay.indexOf(host), 1)
    }
  }

  /** The first host that was asked with this signal, has not answered, and is away. */
  awaited(signal: AbortSignal): HostView | undefined {
    const underWay = this.#underWay.get(signal) ?? []
    return this.hosts.list().find(({ name, state }) => state === 'away' && underWay.includes(name))
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(reasonOf(signal))
      const leave = (): void => {
        cancel()
        reject(reasonOf(signal))
      }
      const cancel = this.clock.alarm(this.clock.now() + ms, () => {
        signal.removeEventListener('abort', leave)
        resolve()
      })
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}

/** A command and its key are the command; that taking a key from a union and giving it back changes nothing cannot be told. */
function asCommand<K extends CommandKind>(command: Keyless<K> & { readonly key: string }): Asked<K> {
  return command as unknown as Asked<K>
}

const reasonOf = ({ reason }: AbortSignal): Error => (reason instanceof Error ? reason : new Error(String(reason)))
