import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Driver, lambda } from './driver.fake.ts'

/** A scope in outline: `names` are given when it is written out. */
type Outline =
  | { readonly kind: 'task' | 'pass' | 'wait' | 'choice' }
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly Outline[])[] }
  | { readonly kind: 'map'; readonly concurrency: number; readonly scope: readonly Outline[] }

const outlines = fc.letrec<{ outline: Outline; scope: readonly Outline[] }>((tie) => ({
  outline: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.constantFrom<Outline>({ kind: 'task' }, { kind: 'pass' }, { kind: 'wait' }, { kind: 'choice' }),
    fc.record({
      kind: fc.constant('parallel' as const),
      branches: fc.array(tie('scope'), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('map' as const), concurrency: fc.nat(3), scope: tie('scope') }),
  ),
  scope: fc.array(tie('outline'), { minLength: 1, maxLength: 2 }),
})).scope

/** The states one after the other, each with a name of its own. */
function scopeOf(scope: readonly Outline[], path = 'S'): object {
  const name = (i: number): string => `${path}${i}`
  const end = (i: number) => (i === scope.length - 1 ? { End: true } : { Next: name(i + 1) })
  const States: Record<string, object> = {}
  for (const [i, outline] of scope.entries()) {
    States[name(i)] = { ...stateOf(outline, name(i)), ...end(i) }
    if (outline.kind !== 'choice') continue
    // A Choice cannot end a scope.
    const next = i === scope.length - 1 ? `${name(i)}end` : name(i + 1)
    States[name(i)] = { Type: 'Choice', Choices: [{ Variable: '$', IsPresent: true, Next: next }] }
    if (i === scope.length - 1) States[next] = { Type: 'Pass', End: true }
  }
  return { StartAt: name(0), States }
}

function stateOf(outline: Outline, name: string): object {
  switch (outline.kind) {
    case 'choice':
      return {}
    case 'task':
      return { Type: 'Task', Resource: lambda('f'), Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }] }
    case 'pass':
      return { Type: 'Pass', Parameters: { [name]: 1, 'in.$': '$' } }
    case 'wait':
      return { Type: 'Wait', Seconds: 5 }
    case 'parallel':
      return { Type: 'Parallel', Branches: outline.branches.map((branch, i) => scopeOf(branch, `${name}b${i}x`)) }
    case 'map':
      return {
        Type: 'Map',
        MaxConcurrency: outline.concurrency,
        // Whatever it is given, there are three items of it.
        Parameters: { 'of.$': '$', 'n.$': '$$.Map.Item.Value' },
        ItemsPath: '$$.Execution.Input.items',
        ItemProcessor: scopeOf(outline.scope, `${name}m`),
      }
    default:
      return outline satisfies never
  }
}

type Chance = { readonly next: (below: number) => number }

/** What goes wrong at this task, this time. */
type Trouble = 'none' | 'Busy' | 'Broken'

/** Drives an execution until it has succeeded, redriving it whenever it has not. */
function drive(definition: object, chance: Chance, trouble: (key: string) => Trouble, stops: number) {
  const driver = new Driver(definition, { input: '{"items":[1,2,3]}' }).start()
  let redrives = 0
  let stopsLeft = stops
  for (let i = 0; driver.closed?.status !== 'succeeded'; i++) {
    if (i > 2000) throw new Error(`no end: ${driver.chain}`)
    if (driver.closed !== undefined) {
      redrives++
      driver.now += 1000
      driver.redrive()
      continue
    }
    if (stopsLeft > 0 && chance.next(6) === 0) {
      stopsLeft--
      driver.send({ kind: 'stop' })
      continue
    }
    const task = driver.tasks[chance.next(driver.tasks.length)]
    if (task === undefined || (driver.timers.length > 0 && chance.next(3) === 0)) {
      driver.fire()
      continue
    }
    const { frame, enteredId, attempt, stateName, input } = task
    const error = trouble(`${stateName} ${input}`)
    const at = { frame, enteredId, attempt }
    if (error === 'none') driver.send({ ...at, kind: 'taskSucceeded', output: `{"${stateName}":${input}}` })
    else driver.send({ ...at, kind: 'taskFailed', error })
    driver.settle()
  }
  return { output: driver.output, redrives }
}

function chanceOf(numbers: readonly number[]): Chance {
  let i = 0
  return { next: (below) => (below <= 0 ? 0 : (numbers[i++ % numbers.length] ?? 0) % below) }
}

describe('a redriven execution', () => {
  it('ends as it would have ended without what went wrong, whatever it was and whenever', () => {
    let redrives = 0
    const numbers = fc.array(fc.nat(1000), { minLength: 20, maxLength: 60 })
    const property = fc.property(outlines, numbers, fc.nat(3), (scope, drawn, stops) => {
      const definition = scopeOf(scope)
      const chance = chanceOf(drawn)
      const wanted = drive(definition, chanceOf([0]), () => 'none', 0)
      const troubles = new Map<string, number>()
      const trouble = (key: string): Trouble => {
        const times = troubles.get(key) ?? chance.next(3)
        troubles.set(key, Math.max(0, times - 1))
        if (times === 0) return 'none'
        return chance.next(2) === 0 ? 'Busy' : 'Broken'
      }
      const found = drive(definition, chance, trouble, stops)
      redrives += found.redrives
      expect(found.output).toBe(wanted.output)
    })
    fc.assert(property, { numRuns: 200, seed: 20_261_130 })
    expect(redrives).toBeGreaterThan(200)
  })
})
