/**
 * Lineage against executions that were simulated. Where every value is one of its kind, it says itself which state made it; and
 * the same machine with values that are all alike must be told the same, unless it is said that it is not certain.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileMachine, type Row, simulate, type SimulatedTask } from '../../src/asl/index.ts'
import { isJsonArray, isJsonObject, type Json, parseJson } from '../../src/base/index.ts'
import { FactBook } from '../../src/console/pages/executions/lineage/facts.ts'
import { type Keys, pathOf } from '../../src/console/pages/executions/lineage/keys.ts'
import { type Field, lineageOf, type Stop } from '../../src/console/pages/executions/lineage/trail.ts'
import { Story } from '../../src/console/pages/executions/story.ts'
import { createExpressions, seededChance } from '../../src/jsonata/index.ts'

const expressions = createExpressions()
const startedAt = Date.UTC(2026, 0, 1)
const prefix = 'arn:aws:states:us-east-1:000000000000'

type Value = (maker: string, what: string) => string
const unique: Value = (maker, what) => `${maker}:${what}`
const alike: Value = () => 'same'

type Kind = (typeof kinds)[number]
const kinds = [
  'literal',
  'parameters',
  'narrowed',
  'task',
  'selected',
  'dropped',
  'caught',
  'wait',
  'choice',
  'nothing',
  'output',
  'merge',
  'wrapped',
  'assign',
  'read',
  'parallel',
  'map',
] as const
const places = [undefined, '$.a', '$.b', '$.c.x', '$.r'] as const
type Piece = { readonly kind: Kind; readonly place: (typeof places)[number] }

/** A state of that kind; `next` is where it goes. */
function stateOf(name: string, { kind, place }: Piece, value: Value, next: string): Readonly<Record<string, unknown>> {
  const lit = (what: string): string => value(name, what)
  const at = place === undefined ? {} : { ResultPath: place }
  const task = { Type: 'Task', Resource: `arn:aws:lambda:us-east-1:000000000000:function:${name}`, Next: next }
  const jsonata = { QueryLanguage: 'JSONata', Next: next }
  const child = (own: string, more: object = {}) => ({
    StartAt: own,
    States: { [own]: { ...task, Resource: `${prefix}:activity:${own}`, Next: undefined, End: true, ...more } },
  })
  const states: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
    literal: { Type: 'Pass', Result: { a: lit('a'), c: { x: lit('x') } }, ...at, Next: next },
    parameters: { Type: 'Pass', Parameters: { 'a.$': '$.b', m: lit('m'), c: { 'x.$': '$.a' } }, ...at, Next: next },
    narrowed: { Type: 'Pass', InputPath: '$.c', ...at, OutputPath: place === '$.r' ? '$.r' : '$', Next: next },
    task: { ...task, ...at },
    selected: { ...task, ResultSelector: { 'a.$': '$.c.x', n: lit('n') }, ...at },
    dropped: { ...task, ResultPath: null },
    caught: { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: next, ResultPath: place ?? '$.e' }] },
    wait: { Type: 'Wait', Seconds: 1, Next: next },
    choice: { Type: 'Choice', Choices: [{ Variable: '$.never', IsPresent: true, Next: next }], Default: next },
    nothing: { ...jsonata, Type: 'Pass' },
    output: {
      ...jsonata,
      Type: 'Pass',
      Output: { a: '{% $states.input.b %}', b: '{% $states.input.a %}', m: lit('m'), c: '{% $states.input.c %}' },
    },
    merge: { ...jsonata, Type: 'Pass', Output: `{% $merge([$states.input, {"m": "${lit('m')}"}]) %}` },
    wrapped: { ...task, ...jsonata, Output: { r: '{% $states.result %}', a: '{% $states.input.a %}', b: lit('b') } },
    assign: { Type: 'Pass', Assign: { 'v.$': '$.a' }, Next: next },
    read: { Type: 'Pass', Parameters: { 'a.$': '$v', b: lit('b') }, ...at, Next: next },
    parallel: {
      Type: 'Parallel',
      Branches: [child(`${name}L`), child(`${name}R`, { ResultPath: '$.mine' })],
      ...(place === undefined ? { ResultPath: '$.both' } : at),
      Next: next,
    },
    map: {
      Type: 'Map',
      ItemsPath: '$.list',
      ItemSelector: { 'item.$': '$$.Map.Item.Value', 'a.$': '$.a' },
      ItemProcessor: child(`${name}I`, { ResultPath: '$.mine' }),
      ...(place === undefined ? { ResultPath: '$.each' } : at),
      Next: next,
    },
  }
  return states[kind]
}

function machineOf(pieces: readonly Piece[], value: Value): string {
  const name = (i: number): string => (i === pieces.length ? 'Done' : `S${i}`)
  const states = pieces.map((piece, i) => [name(i), stateOf(name(i), piece, value, name(i + 1))] as const)
  return JSON.stringify({ StartAt: name(0), States: Object.fromEntries([...states, ['Done', { Type: 'Succeed' }]]) })
}

async function run(pieces: readonly Piece[], value: Value): Promise<{ story: Story; book: FactBook }> {
  const definition = machineOf(pieces, value)
  const own = (what: string): string => value('in', what)
  const input = { a: own('a'), b: own('b'), c: { x: own('x'), y: own('y') }, list: [own('l0'), own('l1')] }
  const simulation = await simulate({
    machine: compileMachine(definition),
    about: {
      arn: `${prefix}:execution:m:x`,
      name: 'x',
      input: JSON.stringify(input),
      roleArn: 'arn:aws:iam::000000000000:role/r',
      startedAt,
      machineArn: `${prefix}:stateMachine:m`,
      machineName: 'm',
      region: 'us-east-1',
    },
    limits: { payloadBytes: 262_144, historyEvents: 25_000 },
    chance: (step) => seededChance(startedAt, [1, step, 3, 4]),
    evaluate: (source, bindings, world) => expressions.evaluate(source, bindings, world),
    evaluateSlowly: (source, bindings, world) => expressions.evaluateSlowly(source, bindings, world),
    refuse: () => undefined,
    answer: (task) => answerOf(task, pieces, value),
  })
  const story = new Story((act) => act())
  for (const { timestamp, details, ...event } of simulation.history) {
    const shown = Object.entries(details ?? {}).map(([key, each]) => [
      key,
      each instanceof Map ? Object.fromEntries(each) : each,
    ])
    story.add({ ...event, at: new Date(timestamp).toISOString(), details: Object.fromEntries(shown) })
  }
  return { story, book: new FactBook(story, parseJson(definition)) }
}

/** Calls of iterations are told apart by what they were given. */
function answerOf({ stateName, input }: SimulatedTask, pieces: readonly Piece[], value: Value) {
  const kind = pieces[Number(stateName.replace(/\D/g, ''))]?.kind
  if (kind === 'caught') {
    return { kind: 'failed', error: value(stateName, 'error'), cause: value(stateName, 'cause'), afterMs: 1 } as const
  }
  const output = { a: value(stateName, 'a'), c: { x: value(stateName, `x${input.length}`) } }
  return { kind: 'succeeded', output: JSON.stringify(output), afterMs: 1 } as const
}

/** Every member that holds a text, with it. */
function* textsIn(value: Json | undefined, keys: Keys = []): Generator<readonly [Keys, string]> {
  if (typeof value === 'string') yield [keys, value]
  else if (value !== undefined && isJsonArray(value)) {
    for (const [i, item] of value.entries()) yield* textsIn(item, [...keys, i])
  } else if (value !== undefined && isJsonObject(value)) {
    for (const [name, member] of value) yield* textsIn(member, [...keys, name])
  }
}

function* fieldsOf({ story, book }: Awaited<ReturnType<typeof run>>): Generator<readonly [Field, string]> {
  for (const row of story.view.rows) {
    const facts = book.of(row)
    for (const side of ['input', 'output'] as const) {
      for (const [keys, text] of textsIn(facts?.[side])) yield [{ side, row, keys }, text]
    }
  }
}

/** Which state it says. */
function makerIn(stops: readonly Stop[]): string {
  const last = stops.at(-1)
  if (last === undefined) return 'nothing'
  if (last.kind === 'execution') return 'in'
  if (last.kind === 'set' && last.by !== 'unknown' && last.by !== 'part') return last.row.name
  return last.kind
}

const shown = (row: Row): string => `${row.name}#${row.enteredId}`
const stopsAsText = (stops: readonly Stop[]): string =>
  stops
    .map((stop) => {
      const where = 'row' in stop ? shown(stop.row) : ''
      const keys = 'keys' in stop ? pathOf(stop.keys) : ''
      return `${stop.kind} ${where} ${keys} after ${stop.passed.map(shown).join()}`
    })
    .join(' · ')

const pieces = fc.array(fc.record({ kind: fc.constantFrom(...kinds), place: fc.constantFrom(...places) }), {
  minLength: 1,
  maxLength: 7,
})

describe('the lineage of a field', () => {
  it('leads to the state that made the value, wherever the field stands', async () => {
    let [fields, passes] = [0, 0]
    const property = fc.asyncProperty(pieces, async (drawn) => {
      const simulated = await run(drawn, unique)
      for (const [field, text] of fieldsOf(simulated)) {
        const stops = lineageOf(simulated.book, field)
        const maker = makerIn(stops)
        fields++
        passes += stops.reduce((sum, { passed }) => sum + passed.length, 0)
        // Assign is where a variable was set: what was before that is asked anew.
        if (maker === 'assigned') continue
        expect({
          field: `${field.side} of ${shown(field.row)} ${pathOf(field.keys)}`,
          maker,
          stops: stopsAsText(stops),
        }).toMatchObject({
          maker: text.split(':')[0],
        })
      }
    })
    await fc.assert(property, { numRuns: 300, seed: 20_261_130 })
    expect(fields).toBeGreaterThan(5000)
    expect(passes).toBeGreaterThan(5000)
  }, 120_000)

  it('is not led astray by values that are alike, or says that it is not certain', async () => {
    let [certain, doubtful] = [0, 0]
    const property = fc.asyncProperty(pieces, async (drawn) => {
      const [told, same] = await Promise.all([run(drawn, unique), run(drawn, alike)])
      const fields = [...fieldsOf(told)]
      for (const [index, [field]] of [...fieldsOf(same)].entries()) {
        const [expected] = fields[index] ?? []
        const stops = lineageOf(same.book, field)
        if (expected === undefined || !stops.every(({ isCertain }) => isCertain)) {
          doubtful++
          continue
        }
        certain++
        expect(stopsAsText(stops)).toBe(stopsAsText(lineageOf(told.book, expected)))
      }
    })
    await fc.assert(property, { numRuns: 200, seed: 20_261_130 })
    expect(certain).toBeGreaterThan(3000)
    expect(doubtful).toBeLessThan(certain)
  }, 120_000)
})
