/** Tokens by which a service tells a call that is made again from a new one. */
import { createHash } from 'node:crypto'
import type { TaskCall } from '../engine/index.ts'

/** The same for every try of one visit to a state, also after a crash: what a retry sends, the service does once. */
export function idempotencyToken({ executionArn, idempotencyKey }: TaskCall, member: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([executionArn, idempotencyKey, member]))
    .digest('hex')
  const [a, b, c, d, e] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16), hex.slice(17, 20), hex.slice(20, 32)]
  return `${a}-${b}-8${c}-a${d}-${e}`
}
