/** A Map is the same Map, whether its items are carried out inside the execution or by executions of their own. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TaskAnswer, TaskCall } from '../resource-handler.ts'
import { endWorlds, taskState, World } from '../world.ts'

const onPostgres = process.env['HOLDFAST_TEST_STORE'] === 'postgres'

type State = Readonly<Record<string, unknown>>
/** What is done with each item; begins with the first of the states. */
type Processor = Readonly<Record<string, State>>

const good = { Type: 'Succeed' }
const bad = { Type: 'Fail', Error: 'Bad', Cause: 'it is bad' }
const choice = (Variable: string, test: object): Processor => ({
  Look: { Type: 'Choice', Choices: [{ Variable, ...test, Next: 'Bad' }], Default: 'Good' },
  Bad: bad,
  Good: good,
})

const processors: readonly Processor[] = [
  {
    Make: { Type: 'Pass', Parameters: { 'all.$': '$', 'in.$': '$$.Execution.Input' }, OutputPath: '$.all', End: true },
  },
  { Fix: { Type: 'Pass', Result: [1.0, 'x'], ResultPath: '$', End: true } },
  { Sleep: { Type: 'Wait', Seconds: 3, Next: 'Call' }, Call: taskState('echo') },
  { Call: taskState('picky', { Retry: [{ ErrorEquals: ['Twice'], IntervalSeconds: 2, MaxAttempts: 2 }] }) },
  {
    Call: taskState('picky', { Catch: [{ ErrorEquals: ['Never'], ResultPath: null, Next: 'Good' }] }),
    Good: good,
  },
  { Call: taskState('picky') },
  choice('$', { IsString: true }),
  choice('$', { IsNull: true }),
  {
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'A', States: { A: taskState('echo') } },
        { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } },
      ],
      End: true,
    },
  },
  { Say: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% {"is": $states.input} %}', End: true } },
  { Say: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% $states.input = "" ? $error("no") : 1 %}', End: true } },
]

const selectors: readonly State[] = [
  {},
  { ItemSelector: { 'v.$': '$$.Map.Item.Value', 'at.$': '$$.Map.Item.Index' } },
  { ItemSelector: { 'v.$': '$$.Map.Item.Value', 'all.$': 'States.ArrayLength($.items)' } },
]

const cases = fc.record({
  items: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 12 }),
  processor: fc.constantFrom(...processors),
  selector: fc.constantFrom(...selectors),
  MaxConcurrency: fc.constantFrom(0, 1, 3),
  ExecutionType: fc.constantFrom('STANDARD', 'EXPRESS'),
  batch: fc.constantFrom(undefined, 1, 3),
})

/** Answers at once, by its input alone: some fail, some the first time or two. */
function answer({ resource, input, attempt }: TaskCall): TaskAnswer {
  if (resource.arn.endsWith(':echo')) return { kind: 'succeeded', output: input }
  const length = input.length % 7
  if (length === 0) return { kind: 'failed', error: 'Never', cause: 'never' }
  if (length < 3 && attempt < length) return { kind: 'failed', error: 'Twice', cause: 'try again' }
  return { kind: 'succeeded', output: input }
}

/** What an execution of the Map comes to, and what its tasks were given. */
async function outcomeOf(items: readonly unknown[], map: State) {
  const inputs: string[] = []
  const world = new World({
    handlers: [{ handles: () => true, call: (call) => (inputs.push(`${call.attempt} ${call.input}`), answer(call)) }],
  })
  try {
    const states = { Map: { Type: 'Map', ItemsPath: '$.items', End: true, ...map } }
    const arn = await world.run(states, { items })
    await world.advance(60_000)
    const status = await world.status(arn)
    // Which of the others were begun before one failed is nobody's promise.
    return { status, output: await world.output(arn), inputs: status === 'SUCCEEDED' ? inputs.toSorted() : [] }
  } finally {
    await endWorlds()
  }
}

function batchesOf(items: readonly unknown[], size: number): readonly unknown[] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, i) => ({ Items: items.slice(i * size, (i + 1) * size) }))
}

it('a distributed Map comes to what an inline Map of the same items comes to', async () => {
  const seen = new Set<string>()
  const property = fc.asyncProperty(cases, async ({ items, processor, selector, batch, ...more }) => {
    const { ExecutionType, MaxConcurrency } = more
    const scope = { StartAt: Object.keys(processor)[0], States: processor }
    // A batch is an item of its own; the selector chooses before it is made.
    const selected = batch === undefined ? selector : {}
    const inlineItems = batch === undefined ? items : batchesOf(items, batch)
    const inline = await outcomeOf(inlineItems, { ...selected, MaxConcurrency, ItemProcessor: scope })
    const distributed = await outcomeOf(items, {
      ...selected,
      MaxConcurrency,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType }, ...scope },
      ...(batch === undefined ? {} : { ItemBatcher: { MaxItemsPerBatch: batch } }),
    })
    expect(distributed).toEqual(inline)
    seen.add(`${inline.status} ${ExecutionType}`)
  })
  // Each case has two databases of its own.
  await fc.assert(property, { numRuns: onPostgres ? 40 : 120, seed: 20_261_130 })
  expect([...seen].toSorted()).toEqual(['FAILED EXPRESS', 'FAILED STANDARD', 'SUCCEEDED EXPRESS', 'SUCCEEDED STANDARD'])
})
