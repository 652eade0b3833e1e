/** What each child is given: the ItemSelector, evaluated outside of any transaction in the world of the Map. */
import { type Item, itemInputs, type Outcome, SlowExpression, StateFailure } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Core } from '../run/core.ts'
import { loadLive } from '../run/live.ts'
import { expressionKey, StepEnv } from '../run/step-env.ts'
import type { Select } from './feed.ts'
import type { MapRunRow } from './rows.ts'

/** The Map's frame waits for the run: what it sees stays the same until the run has ended. */
export function selectionOf(core: Core, run: MapRunRow): Select {
  return async (items) => {
    const live = core.cache.get(run.executionId) ?? loadLive(core, core.revisions, core.store.read, run.executionId)
    if (live === undefined) throw new StateFailure('state', 'States.Runtime', 'The execution of this map run is gone.')
    const recorded = new Map<string, JsonText>()
    const inputs: JsonText[] = []
    const place = { machine: live.machine, state: live.state, frame: run.frame, limits: core.limits }
    let inputOf = itemInputs({ ...place, env: envOf(core, run, recorded) })
    for (let next = items[inputs.length]; next !== undefined; next = items[inputs.length]) {
      const slow = tryItem(inputs, inputOf, next)
      if (slow === undefined) continue
      const { source, bindings } = slow
      recorded.set(expressionKey(source, bindings), JSON.stringify(await outcomeOf(core, slow)))
      inputOf = itemInputs({ ...place, env: envOf(core, run, recorded) })
    }
    return inputs
  }
}

/** An expression that needs more time is evaluated elsewhere; then the item is tried again. */
function tryItem(inputs: JsonText[], inputOf: (item: Item) => JsonText, item: Item): SlowExpression | undefined {
  try {
    inputs.push(inputOf(item))
    return undefined
  } catch (error) {
    if (error instanceof SlowExpression) return error
    throw error
  }
}

function envOf(core: Core, { executionId }: MapRunRow, recorded: ReadonlyMap<string, JsonText>): StepEnv {
  return new StepEnv({
    now: core.clock.now(),
    randomBytes: core.randomBytes,
    evaluate: (source, bindings, chance) => core.expressions.evaluate(source, bindings, chance),
    token: (frame, enteredId, attempt) => core.token({ executionId, frame, enteredId, attempt }),
    refuse: () => undefined,
    recorded,
    seed: undefined,
  })
}

function outcomeOf(core: Core, { source, bindings }: SlowExpression): Promise<Outcome> {
  const random = (): number => new DataView(core.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
  return core.expressions.evaluateSlowly(source, bindings, { now: core.clock.now(), random })
}
