import { expect, it } from 'vitest'
import { can, ruleOf } from '../../src/access/index.ts'
import { type Grant, may, type MayVerb, roles, rules } from '../../src/console/api/may.ts'

const verbs = Object.keys(rules) as MayVerb[]
const shop = { project: 'acme/shop', config: 'production' }
const reaches = [
  {},
  { project: 'acme/shop' },
  { ...shop },
  { project: 'acme/shop', config: 'staging' },
  { project: 'a/b' },
]

it.each(verbs)('%s is offered to whom the server lets do it', (verb) => {
  expect(rules[verb].reach).toBe(ruleOf(verb).reach)
  for (const role of roles) {
    for (const reach of reaches) {
      const grant: Grant = { role, ...reach }
      const actor = { type: 'user', id: 'prs_1', via: 'ui', grants: [grant] } as const
      const asked = { verb, grant, anywhere: may([grant], verb), there: may([grant], verb, shop) }
      expect(asked).toEqual({
        ...{ verb, grant, anywhere: can(actor, verb).allowed },
        there: can(actor, verb, { type: 'place', id: 'it', place: shop }).allowed,
      })
    }
  }
})

it('whoever may nothing is offered nothing', () => {
  expect(verbs.filter((verb) => may([], verb))).toEqual([])
})
