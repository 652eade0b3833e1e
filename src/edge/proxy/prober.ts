/** Asks targets how they are, each on a new connection: a kept one would prove the process of yesterday. */
import { Agent, request } from 'node:http'
import { judgeAnswer, nextProbeMs, type Observation, unreachable } from '../decide/health.ts'
import type { EdgeMachine } from '../machine.ts'
import { authorityOf } from './connections.ts'
import type { LiveRoute } from './live-route.ts'
import type { LiveTarget } from './live-target.ts'

type Round = { stop: () => void; readonly route: LiveRoute }

export class Prober {
  readonly #machine: EdgeMachine
  readonly #rounds = new Map<LiveTarget, Round>()

  constructor(machine: EdgeMachine) {
    this.#machine = machine
  }

  /** The first probe goes out at once. Starting twice is starting once. */
  start(route: LiveRoute, target: LiveTarget): void {
    if (this.#rounds.has(target)) return
    const round: Round = { route, stop: () => {} }
    this.#rounds.set(target, round)
    this.#probe(target, round)
  }

  stop(target: LiveTarget): void {
    this.#rounds.get(target)?.stop()
    this.#rounds.delete(target)
  }

  stopAll(): void {
    for (const target of [...this.#rounds.keys()]) this.stop(target)
  }

  /** Something looked wrong: not when it is next due, but now. */
  probeNow(target: LiveTarget): void {
    const round = this.#rounds.get(target)
    if (round === undefined) return
    round.stop()
    this.#probe(target, round)
  }

  #probe(target: LiveTarget, round: Round): void {
    const { clock } = this.#machine
    const startedAt = clock.now()
    round.stop = ask(this.#machine, round.route, target, (seen) => {
      if (this.#rounds.get(target) !== round) return
      round.route.observe(target, { at: clock.now(), ...seen })
      const at = startedAt + nextProbeMs(target.health, round.route.healthOf(target))
      round.stop = clock.alarm(Math.max(clock.now() + 1, at), () => this.#probe(target, round))
    })
  }
}

/** Says exactly once what was seen, unless it is called off. */
function ask(
  machine: EdgeMachine,
  route: LiveRoute,
  target: LiveTarget,
  say: (seen: Omit<Observation, 'at'>) => void,
): () => void {
  const health = route.healthOf(target)
  const startedMs = machine.monotonicMs()
  const { release, address, attested } = target.spec
  const probe = request({
    ...address,
    agent: new Agent({ keepAlive: false }),
    method: health.method,
    path: health.path,
    headers: { Host: health.host ?? authorityOf(address), 'User-Agent': 'holdfast-edge', 'X-Holdfast-Probe': release },
  })
  let said = false
  const once = (seen: Omit<Observation, 'at'> | undefined): void => {
    if (said) return
    said = true
    cancel()
    if (seen !== undefined) say(seen)
  }
  const cancel = machine.clock.alarm(machine.clock.now() + health.timeoutMs, () => {
    once({ verdict: 'fail', detail: `no answer within ${health.timeoutMs} ms` })
    probe.destroy()
  })
  probe.on('response', (answer) => {
    const named = answer.headers[health.releaseHeader.toLowerCase()]
    const facts = {
      status: answer.statusCode ?? 0,
      release: named?.toString(),
      tookMs: machine.monotonicMs() - startedMs,
    }
    once(judgeAnswer(facts, { release, attested: attested !== undefined, health }))
    // The body says nothing more; whoever sends an endless one is not waited for.
    answer.on('error', () => {})
    answer.destroy()
  })
  probe.on('error', (error) => once(unreachable(error)))
  probe.end()
  return () => {
    once(undefined)
    probe.destroy()
  }
}
