import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { admin, definitionOf, nobody, openRegistry, type RegistryWorld } from '../registry-world.ts'
import { validateDefinition } from './validate.ts'

let registry: RegistryWorld
beforeEach(() => {
  registry = openRegistry({ definitionBytes: 10_000 })
})
afterEach(() => registry.store.close())

/** Three states that nothing leads to, each a finding, and one that reads like a path but is none. */
const faulty = JSON.stringify({
  StartAt: 'A',
  States: {
    A: { Type: 'Pass', End: true },
    B: { Type: 'Pass', End: true },
    C: { Type: 'Pass', End: true },
    D: { Type: 'Pass', End: true },
  },
})
const warned = JSON.stringify({
  StartAt: 'A',
  States: { A: { Type: 'Pass', Result: { 'x.$': '$.y' }, End: true } },
})

describe('validating a definition', () => {
  it('finds nothing wrong with a right one', async () => {
    expect(await validateDefinition(registry, admin, { definition: definitionOf('x') })).toEqual({
      ok: true,
      diagnostics: [],
      truncated: false,
    })
  })

  it('tells every error with code and place', async () => {
    const found = await validateDefinition(registry, admin, { definition: faulty })
    expect(found).toMatchObject({ ok: false, truncated: false })
    expect(found.diagnostics).toMatchObject(
      ['B', 'C', 'D'].map((state) => ({
        severity: 'ERROR',
        code: 'MISSING_TRANSITION_TARGET',
        message: `State "${state}" is not reachable.`,
        location: `/States/${state}`,
      })),
    )
  })

  it('tells as many as asked for, and whether there are more', async () => {
    const tell = (limit: number) => validateDefinition(registry, admin, { definition: faulty, limit })
    expect(await tell(2)).toMatchObject({ ok: false, truncated: true, diagnostics: [{}, {}] })
    expect(await tell(3)).toMatchObject({ truncated: false, diagnostics: [{}, {}, {}] })
    expect(await tell(0)).toMatchObject({ truncated: false, diagnostics: [{}, {}, {}] })
  })

  it('tells warnings only on demand, and is content with them', async () => {
    expect(await validateDefinition(registry, admin, { definition: warned })).toMatchObject({
      ok: true,
      diagnostics: [],
    })
    expect(await validateDefinition(registry, admin, { definition: warned, severity: 'WARNING' })).toMatchObject({
      ok: true,
      diagnostics: [{ severity: 'WARNING', code: 'PASS_RESULT_IS_STATIC' }],
    })
  })

  it('asks the expression language', async () => {
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      States: { A: { Type: 'Pass', Output: '{% broken %}', End: true } },
    })
    expect(await validateDefinition(registry, admin, { definition })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'INVALID_JSONATA_EXPRESSION', message: 'It is broken', location: '/States/A/Output' }],
    })
  })

  it('is not blinded by a flood of warnings', async () => {
    const pass = (Next: string) => ({ Type: 'Pass', Result: { 'x.$': '$.y' }, Next })
    const states = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`S${i}`, pass(`S${i + 1}`)]))
    const definition = JSON.stringify({ StartAt: 'S0', States: { ...states, S1100: { Type: 'Fly', End: true } } })
    const wide = { ...registry, limits: { definitionBytes: 1_048_576 } }
    expect(await validateDefinition(wide, admin, { definition })).toMatchObject({ ok: false })
  })

  it('refuses a wrong request, and who may not', async () => {
    await expect(validateDefinition(registry, admin, { definition: 'x', limit: 101 })).rejects.toThrow(
      "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    )
    await expect(validateDefinition(registry, admin, { definition: 'x'.repeat(10_001) })).rejects.toMatchObject({
      code: 'request.too_large',
    })
    await expect(validateDefinition(registry, nobody, { definition: 'x' })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('stores nothing', async () => {
    await validateDefinition(registry, admin, { definition: definitionOf('x') })
    expect(registry.store.read.all('SELECT id FROM revision')).toEqual([])
  })
})
