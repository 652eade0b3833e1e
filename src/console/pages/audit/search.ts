/** What the address of the page holds: the filters, and the record that is looked at. */
import { accepted } from '../../api/generated.ts'

export const actions = accepted.trailRead_action
export type Action = (typeof actions)[number]

export type AuditSearch = {
  readonly subject?: string
  readonly actor?: string
  readonly execution?: string
  readonly action?: Action
  readonly record?: number
}

export function auditSearch(given: Readonly<Record<string, unknown>>): AuditSearch {
  const text = (key: 'subject' | 'actor' | 'execution') => {
    const value = given[key]
    return typeof value === 'string' && value !== '' ? { [key]: value } : {}
  }
  const action = actions.find((one) => one === given['action'])
  const { record } = given
  return {
    ...text('subject'),
    ...text('actor'),
    ...text('execution'),
    ...(action === undefined ? {} : { action }),
    ...(typeof record === 'number' ? { record } : {}),
  }
}
