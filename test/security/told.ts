/** What the audit trail of a whole Holdfast tells of refusals. */
import { expect } from 'vitest'
import type { Holdfast } from './holdfast.ts'

export type Told = {
  readonly action: string
  readonly actor: { readonly id: string }
  readonly subject: object
  readonly change: unknown
}

/** Newest first. */
export async function refusals(holdfast: Holdfast, action = 'access.refused'): Promise<readonly Told[]> {
  const { body } = await holdfast.asAdmin(`GET /v1/trail?action=${action}&limit=200`)
  return body['items'] as readonly Told[]
}

/** Written beside the request, and sealed a moment later. */
export async function expectTold(holdfast: Holdfast, told: object, action?: string): Promise<void> {
  await expect.poll(() => refusals(holdfast, action)).toContainEqual(expect.objectContaining(told))
}
