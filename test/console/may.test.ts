import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { can, ruleOf } from '../../src/access/index.ts'
import { commandToGive, type Grant, lackOf, may, type MayVerb, roles, rules } from '../../src/console/api/may.ts'
import { routes } from '../../src/server/api/routes.ts'

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

it('who lacks something is told which role, where, and whether theirs is too narrow', () => {
  const bound: Grant[] = [{ role: 'responder', project: 'acme/shop' }]
  expect(lackOf([{ role: 'admin' }], 'execution.stop')).toBeUndefined()
  expect(lackOf(bound, 'execution.stop')).toEqual({ roles: ['responder', 'admin'], place: undefined, isBound: true })
  expect(lackOf(bound, 'key.add')).toEqual({ roles: ['admin'], place: undefined, isBound: false })
  expect(lackOf(bound, 'deploy.retry', shop)).toEqual({ roles: ['deployer', 'admin'], place: shop, isBound: false })
})

it('and who can give it, by the least that suffices', () => {
  const to = (verb: MayVerb, place?: typeof shop): string | undefined => {
    const lack = lackOf([], verb, place)
    return lack === undefined ? undefined : commandToGive(lack, 'mika')
  }
  expect(to('machine.list')).toBe('holdfast people set mika --also-may viewer')
  expect(to('deploy.halt', shop)).toBe('holdfast people set mika --also-may deployer@acme/shop/production')
  expect(commandToGive({ roles: ['admin'], place: undefined, isBound: false }, undefined)).toBeUndefined()
})

const console = join(import.meta.dirname, '../../src/console')
const pages = join(console, 'pages')
/** Folder → what whoever is shown the room has to be allowed. */
const rooms = new Map(
  [
    ...readFileSync(join(console, 'shell/navigation.ts'), 'utf8').matchAll(/path: '\/(\w+)',[^}]*verb: '([\w.]+)'/g),
  ].map(([, folder, verb]) => [folder, verb] as const),
)
const folders = readdirSync(pages, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)
const sourceOf = (folder: string): string =>
  readdirSync(join(pages, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(pages, folder, file), 'utf8'))
    .join('\n')
const operationOf = ({ operation, verb }: (typeof routes)[number]): string =>
  operation ?? verb.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
const verbsAsked = (source: string) =>
  [...source.matchAll(/(?:useAct|client\.call)\('(\w+)'/g)].flatMap(([, operation]) => {
    const route = routes.find((one) => operationOf(one) === operation)
    if (route === undefined) throw new Error(`there is no operation ${operation}`)
    return route.verb === 'open' ? [] : [route.verb]
  })
/** The server itself says of a deployment what this person may do. */
const offered: readonly string[] = ['deploy.halt', 'deploy.pause', 'deploy.resume', 'deploy.retry', 'deploy.rollback']

it('every room says what it takes to see it', () => {
  expect(rooms.get('people')).toBe('person.list')
  expect(rooms.size).toBeGreaterThanOrEqual(8)
})

it.each(folders)('what pages/%s asks for is offered to nobody whom it is refused', (folder) => {
  const source = sourceOf(folder)
  const bound = verbs.filter((verb) => source.includes(`'${verb}'`) || verb === rooms.get(folder))
  const sameAs = (verb: Parameters<typeof ruleOf>[0]): boolean =>
    bound.some((one) => `${rules[one].roles} ${rules[one].reach}` === `${ruleOf(verb).roles} ${ruleOf(verb).reach}`)
  const unbound = verbsAsked(source).filter((verb) => {
    const { reach, roles: allowed } = ruleOf(verb)
    // Whoever sees the page at all may do this.
    if (reach === 'any' || (reach === 'everywhere' && allowed.length === roles.length)) return false
    return !offered.includes(verb) && !sameAs(verb)
  })
  expect(unbound).toEqual([])
})
