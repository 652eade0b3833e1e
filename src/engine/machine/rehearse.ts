import { type Actor, requirePermission } from '../../access/index.ts'
import { compileMachine, type HistoryEvent } from '../../asl/index.ts'
import type { Clock } from '../../base/index.ts'
import { type CaseResult, runCase } from '../../rehearsal/index.ts'
import type { RehearseRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { rehearsalGivenUp } from '../errors.ts'
import { expressMachine } from '../express/express.ts'
import { acceptDefinition } from './definition.ts'

/**
 * Runs a case against a definition that need not be stored, in virtual time: nothing is called, written or waited for.
 * @throws HoldfastError request.too_large, machine.definition_invalid, machine.rehearsal_given_up
 */
export async function rehearseMachine(
  { expressions, limits, clock }: Engine,
  actor: Actor,
  { definition, type = 'STANDARD', testCase }: RehearseRequest,
): Promise<CaseResult> {
  requirePermission(actor, 'machine.rehearse')
  acceptDefinition({ expressions, limits }, definition, type)
  const compiled = compileMachine(definition)
  const machine = type === 'EXPRESS' ? expressMachine(compiled) : compiled
  const pace = new Pace(clock)
  return runCase({ machine, expressions, testCase, onStep: (recorded) => pace.step(recorded) })
}

const longestMs = 10_000
const mostEvents = 100_000
/** Characters of payloads: all of them are answered. */
const mostText = 8_000_000
const breathMs = 8

/** A loop without end is stopped, and everybody else of this process has their turn meanwhile. */
class Pace {
  readonly #clock: Clock
  readonly #beganAt: number
  #breathedAt: number
  #events = 0
  #text = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#beganAt = this.#breathedAt = clock.now()
  }

  /** @throws HoldfastError machine.rehearsal_given_up */
  step(recorded: readonly HistoryEvent[]): Promise<void> | undefined {
    this.#events += recorded.length
    for (const { details } of recorded) this.#text += textIn(details)
    if (this.#events > mostEvents) throw rehearsalGivenUp(`it has recorded ${mostEvents} events`)
    if (this.#text > mostText) throw rehearsalGivenUp(`its payloads have ${mostText} characters`)
    const now = this.#clock.now()
    if (now - this.#beganAt > longestMs) throw rehearsalGivenUp(`it has run for ${longestMs / 1000} s`)
    if (now - this.#breathedAt < breathMs) return undefined
    return this.#breathe()
  }

  async #breathe(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#breathedAt = this.#clock.now()
  }
}

const textIn = (details: HistoryEvent['details']): number =>
  Object.values(details ?? {}).reduce<number>((sum, value) => (typeof value === 'string' ? sum + value.length : sum), 0)
