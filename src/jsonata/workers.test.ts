import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { Bindings, Outcome } from '../asl/index.ts'
import { seededChance } from './chance.ts'
import { createExpressions } from './index.ts'
import { limitDetails } from './limits.ts'

const expressions = createExpressions()
afterAll(() => expressions.close())

const bindings: Bindings = {
  input: JSON.stringify({ text: 'a'.repeat(50), items: [3, 1, 2] }),
  context: '{"State":{"Name":"S"}}',
  variables: new Map([['v', '[1,2]']]),
}
const chance = () => seededChance(1_000, [1, 2, 3, 4])
const slowly = (source: string, given = bindings): Promise<Outcome> =>
  expressions.evaluateSlowly(source, given, chance())

const value = (text: string): Outcome => ({ kind: 'value', text })
const timeout: Outcome = { kind: 'failed', detail: ': Expression evaluation timeout' }
const memory: Outcome = { kind: 'failed', detail: limitDetails.memory }

describe('a slow expression', () => {
  it('is evaluated like any other', async () => {
    expect(await slowly('$sort($states.input.items)')).toEqual(value('[1,2,3]'))
    expect(await slowly('$states.context.State.Name & $string($v)')).toEqual(value('"S[1,2]"'))
    expect(await slowly('$nobody')).toEqual({ kind: 'nothing' })
    expect(await slowly('$sum')).toEqual({ kind: 'unsupported' })
    expect(await slowly('$error("no")')).toEqual({ kind: 'failed', detail: '. D3137: no' })
    expect(await slowly('$millis()')).toEqual(value('1000'))
  })

  it('may use what AWS gives it', async () => {
    expect(await slowly('$count([1..873782])')).toEqual(value('873782'))
    expect(await slowly('$count($range(1, 360145, 1))')).toEqual(value('360145'))
    const doubled = '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f("x", 22)))'
    expect(await slowly(doubled)).toEqual(value('4194304'))
  })

  it('uses the regular expressions that are not linear, too', async () => {
    expect(await slowly('$match("price: 42 EUR", /\\d+(?= EUR)/).match')).toEqual(value('"42"'))
    expect(await slowly('$replace("abab", /(ab)\\1/, "[$1]")')).toEqual(value('"[ab]"'))
  })

  it('gets the same numbers and ids for the same chance, and others for another', async () => {
    const source = '[$random(), $uuid(), $shuffle([1..20])]'
    const first = await slowly(source)
    expect(await slowly(source)).toEqual(first)
    expect(await expressions.evaluateSlowly(source, bindings, seededChance(1_000, [1, 2, 3, 5]))).not.toEqual(first)
  })

  it('is ended after a second', async () => {
    expect(await slowly('($f := function($x) { $f($x + 1) }; $f(1))')).toEqual(timeout)
  })

  it('is killed when it cannot be asked to end, and the next one runs', async () => {
    const catastrophe = '$contains($states.input.text & "b", /^(?=a)(a+)+$/)'
    const others = Array.from({ length: 4 }, (_, i) => slowly(`${i} + 1`))
    const killed = [slowly(catastrophe), slowly(catastrophe)]
    const waiting = slowly('"after"')
    expect(await Promise.all(others)).toEqual(['1', '2', '3', '4'].map(value))
    expect(await Promise.all(killed)).toEqual([timeout, timeout])
    expect(await waiting).toEqual(value('"after"'))
  })

  it.each([
    '($f := function($x) { $f([[$x], [$x]]) }; $f(1))',
    '($f := function($s) { $f($s & $s) }; $f("x"))',
    '$reduce([1..40], function($a, $b) { {"a": $a, "b": $a} }, 1)',
    '[1..870000].[1..870000]',
    '$string([1..2000].[1..2000])',
    '$sort([1..100000])',
  ])('that takes too much memory fails, and the next one runs: %s', async (source) => {
    const outcome = await slowly(source)
    expect([memory, timeout]).toContainEqual(outcome)
    expect(await slowly('1')).toEqual(value('1'))
  })

  it('that recurses natively fails for its stack', async () => {
    expect(await slowly('$formatInteger(1000000000, "I")')).toEqual({ kind: 'failed', detail: limitDetails.stack })
  })
})

describe('closing', () => {
  it('refuses what waits, kills what runs, and takes nothing more', async () => {
    const closing = createExpressions({ workers: 1 })
    const running = closing.evaluateSlowly('($f := function($x) { $f($x) }; $f(1))', bindings, chance())
    const waiting = closing.evaluateSlowly('1', bindings, chance())
    const settled = Promise.allSettled([running, waiting])
    await closing.close()
    const closed = { status: 'rejected', reason: expect.objectContaining({ code: 'jsonata.closed' }) }
    expect(await settled).toEqual([closed, closed])
    await expect(closing.evaluateSlowly('1', bindings, chance())).rejects.toMatchObject({ code: 'jsonata.closed' })
  })

  it('needs no worker to have been started', async () => {
    await expect(createExpressions().close()).resolves.toBeUndefined()
  })
})

describe('a process', () => {
  it('lives until its slow expression is answered, and no longer', async () => {
    const script = `
      const { createExpressions } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
      const bindings = { input: '{}', context: '{}', variables: new Map() }
      const outcome = await createExpressions().evaluateSlowly('6 * 7', bindings, { now: 0, random: () => 0.5 })
      console.log(outcome.text)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout.trim()).toBe('42')
  })
})
