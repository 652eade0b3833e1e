/** One route of the API and the verb behind it, held against what the documentation promises. */
import { expect } from 'vitest'
import { z } from 'zod'
import { callApi, openWorld } from '../fake-world.ts'
import { routes } from './routes.ts'

export type RouteCase = {
  readonly call: readonly [line: string, body?: unknown]
  readonly verb: string
  /** What the verb has to be asked. */
  readonly asked: readonly unknown[]
  /** What the verb answers. */
  readonly answers?: unknown
  /** What the route has to answer then; usually 200. */
  readonly status?: number
  readonly body?: object
}

/** Asks the route once: the verb was asked as told, the answer is as told, and it holds what is documented, no more and no less. */
export async function expectAsked({ call, verb, asked, answers, status = 200, body }: RouteCase): Promise<void> {
  const world = await openWorld({ [verb]: () => answers })
  try {
    const answer = await callApi(world, ...call)
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      ...(body === undefined ? {} : { body }),
    })
    expect(world.calls).toEqual([[verb, ...asked]])
    // Payloads are values here; their schema is of what is passed through.
    const schema = verb === 'describeRelease' ? z.unknown() : (promised(call[0], status) ?? z.undefined())
    expect(strictly(schema, answer.body)).toEqual([])
  } finally {
    await world.server.close()
  }
}

/** The schema that the documentation promises for an answer. */
function promised(line: string, status: number): z.ZodType | undefined {
  const [method, target = ''] = line.split(' ')
  const [path = ''] = target.split('?')
  const found = routes.find(
    (route) => route.method === method && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
  )
  expect(found?.answers[status]).toBeDefined()
  return found?.answers[status]?.schema
}

/** What an answer holds that its schema does not, and what it lacks: nobody documents half. */
function strictly(schema: z.ZodType, value: unknown, path = ''): readonly string[] {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return parsed.error.issues.map((issue) => `${path}${issue.path.join('.')}: ${issue.message}`)
  return lostIn(value, parsed.data, path)
}

/** Objects of zod leave out what they do not know. */
function lostIn(value: unknown, kept: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const place = `${path}/${name}`
    if (typeof kept !== 'object' || kept === null || !Object.hasOwn(kept, name)) return [`${place} is not documented`]
    return lostIn(member, Reflect.get(kept, name), place)
  })
}
