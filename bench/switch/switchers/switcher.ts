/** What switches: Holdfast as a whole, its edge alone, or a peer. The benchmark drives all of them in the same way. */
import type { TrafficWindow } from '../verdict/windows.ts'

/** How a release behaves; the application is the same. */
export type Behaviour = {
  readonly fault?: 'keep-alive-race' | 'wrong-release'
  /** Threads that do nothing but compute, in each instance. */
  readonly eatProcessor?: number
}

export type Switch = {
  readonly kind: 'deploy' | 'rollback'
  readonly from: string | undefined
  readonly to: string
  /** When it was asked for. */
  readonly askedMs: number
  /** When the command was taken on. */
  readonly acceptedMs: number
  /** When it was told that all traffic goes to the new release. */
  readonly inForceMs: number
  /** When nothing more was to be done. */
  readonly endedMs: number
}

/** A switch that was taken back, or refused: said with what its owner said of it. */
export class SwitchFailed extends Error {}

export interface Switcher {
  /** Where the traffic goes. */
  readonly port: number
  /** Every release by name, with the times in which it may answer. */
  readonly windows: readonly TrafficWindow[]
  /** Starts whatever carries it, and the first release. */
  start(): Promise<void>
  /** @throws SwitchFailed; then the release before serves */
  deploy(behaviour?: Behaviour): Promise<Switch>
  /** Back to the release before the present one. @throws SwitchFailed */
  rollback(): Promise<Switch>
  /** Ends everything it started. */
  close(): Promise<void>
}

/** The environment of an instance that behaves so. */
export function environmentOf(behaviour: Behaviour, otherRelease: string | undefined): Record<string, string> {
  return {
    ...(behaviour.fault === undefined ? {} : { BENCH_FAULT: behaviour.fault }),
    ...(behaviour.fault === 'wrong-release' ? { BENCH_OTHER_RELEASE: otherRelease ?? 'nobody' } : {}),
    ...(behaviour.eatProcessor === undefined ? {} : { BENCH_EAT_CPU: String(behaviour.eatProcessor) }),
  }
}

/** Keeps the times of releases as switches happen. */
export class WindowBook {
  readonly windows: TrafficWindow[] = []

  /** A switch to it is asked for: from now on it may answer. */
  open(release: string, fromMs: number): void {
    this.windows.push({ release, fromMs, untilMs: undefined })
  }

  /** The switch away from it is in force: what is sent from now on must not reach it. */
  close(release: string, untilMs: number): void {
    const at = this.windows.findLastIndex((window) => window.release === release && window.untilMs === undefined)
    const window = this.windows[at]
    if (window !== undefined) this.windows[at] = { ...window, untilMs }
  }
}
