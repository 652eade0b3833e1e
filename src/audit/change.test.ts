import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type PlainJson } from './canonical.ts'
import { changeBetween, type PatchStep } from './change.ts'

describe('the change between two values', () => {
  it('tells what was there and what is there now', () => {
    const before = { name: 'pay', tags: ['a'], role: 'r', nested: { keep: 1, drop: true } }
    const after = { name: 'pay', tags: ['a', 'b'], nested: { keep: 1 }, new: null }
    expect(changeBetween(before, after)).toEqual([
      { op: 'test', path: '/nested/drop', value: true },
      { op: 'remove', path: '/nested/drop' },
      { op: 'add', path: '/new', value: null },
      { op: 'test', path: '/role', value: 'r' },
      { op: 'remove', path: '/role' },
      { op: 'test', path: '/tags', value: ['a'] },
      { op: 'replace', path: '/tags', value: ['a', 'b'] },
    ])
  })

  it('is empty between equal values, in whatever order their members stand', () => {
    expect(changeBetween({ a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([])
  })

  it('escapes names as JSON pointers do', () => {
    expect(changeBetween({}, { 'a/b~c': 1 })).toEqual([{ op: 'add', path: '/a~1b~0c', value: 1 }])
  })

  it('leads from any value to any other', () => {
    const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: true }) as fc.Arbitrary<PlainJson>
    fc.assert(
      fc.property(json, json, (before, after) => {
        // `__proto__` as a member cannot be set by the plain assignment of this test's patcher.
        fc.pre(!JSON.stringify([before, after]).includes('__proto__'))
        expect(canonicalJson(patched(before, changeBetween(before, after)))).toBe(canonicalJson(after))
      }),
    )
  })
})

/** RFC 6902 as far as `changeBetween` uses it: members only. */
function patched(value: PlainJson, steps: readonly PatchStep[]): PlainJson {
  const root = { value: structuredClone(value) as unknown }
  for (const step of steps) {
    const names = step.path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    const path = ['value', ...names]
    const last = path.pop() ?? ''
    const parent = path.reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, root)
    if (step.op === 'test') demandEqual(parent[last], step.value)
    else if (step.op === 'remove') delete parent[last]
    else parent[last] = step.value
  }
  return root.value as PlainJson
}

function demandEqual(found: unknown, expected: PlainJson): void {
  expect(found).toEqual(expected)
}
