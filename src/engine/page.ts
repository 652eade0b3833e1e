/** Lists in pages: a cursor names the last item that was shown, so that inserts and deletions never repeat or skip others. */
import { z } from 'zod'
import type { Page, PageRequest } from './contract.ts'
import { invalidCursor } from './errors.ts'
import { parseRequest } from './parse-request.ts'

const defaultLimit = 100
const maxLimit = 1000

/** Where a list goes on: `limit` items after the one that has `afterKey`. */
export type PagePlace = { readonly limit: number; readonly afterKey: string | undefined }

/**
 * `list` names the list, so that a cursor of one cannot be used in another. A limit of 0 means the default, as on AWS.
 * @throws HoldfastError request.invalid, page.cursor_invalid
 */
export function parsePage(list: string, request: PageRequest, maxCursorLength = 1024): PagePlace {
  const schema = z.object({
    limit: z.int().min(0).max(maxLimit).optional(),
    cursor: z.string().min(1).max(maxCursorLength).optional(),
  })
  const { limit, cursor } = parseRequest(schema, request, { awsNames: { limit: 'maxResults', cursor: 'nextToken' } })
  return { limit: limit || defaultLimit, afterKey: cursor === undefined ? undefined : keyOfCursor(list, cursor) }
}

/** Makes the page out of one item more than `limit`, which the query read to see whether the list goes on. */
export function pageOf<T>(list: string, limit: number, found: readonly T[], keyOf: (item: T) => string): Page<T> {
  return pageOfPart(list, { items: found.slice(0, limit), more: found.length > limit }, keyOf)
}

/** Makes the page out of a part of the list that knows whether it is the last. */
export function pageOfPart<T>(
  list: string,
  { items, more }: { readonly items: readonly T[]; readonly more: boolean },
  keyOf: (item: T) => string,
): Page<T> {
  const last = items.at(-1)
  return more && last !== undefined ? { items, cursor: cursorOfKey(list, keyOf(last)) } : { items }
}

export function cursorOfKey(list: string, key: string): string {
  return Buffer.from(`${list}:${key}`).toString('base64url')
}

function keyOfCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  const key = text.startsWith(`${list}:`) ? text.slice(list.length + 1) : undefined
  // Decoding never fails, it skips what it does not know: only a cursor that we would write again was ours.
  if (key === undefined || cursorOfKey(list, key) !== cursor) throw invalidCursor()
  return key
}

/** The key of a list that goes by number. @throws HoldfastError page.cursor_invalid */
export function numberOfKey(key: string | undefined): number | undefined {
  if (key === undefined) return undefined
  if (!/^\d{1,15}$/.test(key)) throw invalidCursor()
  return Number(key)
}
