/** What the address of the page holds: the filters, and the record that is looked at beside the list. */
import { accepted } from '../../api/generated.ts'

export const actions = accepted.trailRead_action
export type Action = (typeof actions)[number]

const texts = ['text', 'subject', 'actor', 'execution', 'from', 'to'] as const
type TextName = (typeof texts)[number]

export type AuditSearch = { readonly [Name in TextName]?: string } & {
  readonly action?: Action
  readonly record?: number
}

export function auditSearch(given: Readonly<Record<string, unknown>>): AuditSearch {
  const found = texts.flatMap((name) => {
    const value = given[name]
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  const action = actions.find((one) => one === given['action'])
  const { record } = given
  return {
    ...Object.fromEntries(found),
    ...(action === undefined ? {} : { action }),
    ...(typeof record === 'number' ? { record } : {}),
  }
}

/** `2026-11-30T15:04`, as a field for a time wants it, in the zone of the reader; and back. */
export function localField(at: string | undefined): string {
  const ms = at === undefined ? Number.NaN : Date.parse(at)
  if (Number.isNaN(ms)) return ''
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export const fieldTime = (field: string): string | undefined =>
  field === '' || Number.isNaN(Date.parse(field)) ? undefined : new Date(field).toISOString()
