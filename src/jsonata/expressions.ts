/** What the engine and the checker get: expressions checked, evaluated now, or evaluated elsewhere. */
import { type ExpressionChecker, type Outcome, SlowExpression } from '../asl/index.ts'
import type { Stopwatch } from './budget.ts'
import { drawSeed, type ExpressionChance } from './chance.ts'
import { faultsOf, variablesOf } from './checker.ts'
import { type DialectBindings, Evaluator } from './evaluator.ts'
import { inlineAllowance } from './limits.ts'
import { Workers } from './workers.ts'

export interface Expressions extends ExpressionChecker {
  /**
   * Now and here. The same source, bindings and chance give the same outcome.
   * @throws SlowExpression when it needs more than its inline time, memory or input.
   */
  evaluate(source: string, bindings: DialectBindings, chance: ExpressionChance): Outcome
  /**
   * In a worker, within AWS's limits: one second, its memory, its stack. Draws four numbers of `chance.random` at once
   * and its own chance from them. Rejects with `jsonata.closed` after `close`, with `jsonata.worker` when a worker breaks.
   */
  evaluateSlowly(
    source: string,
    bindings: DialectBindings,
    chance: Pick<ExpressionChance, 'now' | 'random'>,
  ): Promise<Outcome>
  /** Kills the workers. Idle ones do not keep the process alive. */
  close(): Promise<void>
}

export type ExpressionsOptions = {
  /** Slow expressions at once; default 2. */
  readonly workers?: number
  /** Milliseconds that only grow; default the platform's. */
  readonly stopwatch?: Stopwatch
}

export function createExpressions(options: ExpressionsOptions = {}): Expressions {
  const stopwatch = options.stopwatch ?? (() => performance.now())
  const workers = new Workers(options.workers ?? 2)
  // jsonata is loaded with the first expression: a machine without one does not pay for it.
  let started: Evaluator | undefined
  const evaluator = (): Evaluator =>
    (started ??= new Evaluator({ allowance: inlineAllowance, stopwatch, platformRegex: false }))

  return {
    check: (source, place) => faultsOf(evaluator().compile(source), place),
    variables: (source) => variablesOf(evaluator().compile(source)),
    evaluate(source, bindings, chance) {
      const attempt = evaluator().evaluate(source, bindings, chance)
      if (attempt.kind === 'undecided') throw new SlowExpression(source, bindings)
      return attempt
    },
    evaluateSlowly: (source, bindings, chance) =>
      workers.evaluate({ source, bindings, now: chance.now, seed: drawSeed(chance.random) }),
    close: () => workers.close(),
  }
}
