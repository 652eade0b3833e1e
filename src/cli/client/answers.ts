/** What a server answers, against what this version of the command line knows of it. */
import { z } from 'zod'
import { plainFromJson } from '../../base/index.ts'
import { cliError } from '../errors.ts'

/** An instant, however it is spelled: in milliseconds, or as ISO 8601. */
export const time = z.union([z.number(), z.iso.datetime().transform((text) => Date.parse(text))])

/** A member that may be missing, or null: both mean that there is none. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined)

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), cursor: maybe(z.string()) })

/** @throws HoldfastError cli.protocol */
export function parseAnswer<T>(url: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value instanceof Map ? plainFromJson(value) : value)
  if (result.success) return result.data
  throw cliError('cli.protocol', `The answer of ${url} is not what this version of holdfast expects`, {
    place: result.error.issues.map((issue) => issue.path.join('.')).join(', '),
    repair: 'use the same version of holdfast for the server and the command line',
  })
}
