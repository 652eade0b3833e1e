import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers, type Grant, grantSchema, intersectGrants, parseGrant, printGrant, roles } from './grant.ts'

const words = fc.constantFrom('acme', 'shop', 'bank', 'production', 'staging')
const grants: fc.Arbitrary<Grant> = fc.oneof(
  fc.record({ role: fc.constantFrom(...roles) }),
  fc.record({ role: fc.constantFrom(...roles), project: fc.tuple(words, words).map((two) => two.join('/')) }),
  fc.record({
    role: fc.constantFrom(...roles),
    project: fc.tuple(words, words).map((two) => two.join('/')),
    config: words,
  }),
)

describe('a grant as text', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        expect(parseGrant(printGrant(grant))).toEqual(grant)
      }),
    )
  })

  it.each([
    ['', 'no role'],
    ['chief', 'an unknown role'],
    ['deployer@', 'no project'],
    ['deployer@shop', 'no org'],
    ['deployer@acme/shop/', 'an empty config'],
    ['deployer@acme/shop/production/eu', 'too many words'],
    ['deployer@acme/shop@acme/bank', 'two places'],
    ['Deployer', 'another spelling'],
  ])('%j is none: %s', (text) => {
    expect(parseGrant(text)).toBeUndefined()
  })

  it('has no config without its project', () => {
    expect(grantSchema.safeParse({ role: 'viewer', config: 'production' }).success).toBe(false)
  })
})

describe('what two lists of grants both allow', () => {
  const everywhere = fc.tuple(words, words, words).map(([org, name, config]) => ({ project: `${org}/${name}`, config }))
  /** By the meaning of the words: an admin may act in every role. */
  const may = (list: readonly Grant[], role: Grant['role'], place: { project: string; config: string }): boolean =>
    list.some((grant) => (grant.role === role || grant.role === 'admin') && covers(grant, place))

  it('is in every place and role what each of them allows', () => {
    const lists = fc.array(grants, { maxLength: 4 })
    fc.assert(
      fc.property(lists, lists, fc.constantFrom(...roles), everywhere, (some, others, role, place) => {
        const both = intersectGrants(some, others)
        expect(may(both, role, place)).toBe(may(some, role, place) && may(others, role, place))
      }),
    )
  })

  it('stays as it was against an admin everywhere', () => {
    const list: Grant[] = [{ role: 'deployer', project: 'acme/shop' }, { role: 'viewer' }]
    expect(intersectGrants(list, [{ role: 'admin' }])).toEqual(list)
    expect(intersectGrants(list, [])).toEqual([])
  })
})
