/** What of a refusal is told in the trail: who, from where, what, why. Pure. */
import type { Actor } from '../access/index.ts'
import type { Refusal } from '../audit/index.ts'
import { HoldfastError } from '../base/index.ts'
import { groupOf } from './attempts.ts'
import { sessionKeyHeader, sessionProofIn } from './session-cookie.ts'

export type Asked = {
  readonly method: string
  /** The pattern of its route, the action of the wire API, or what the door looks at: one of a few. */
  readonly what: { readonly type: 'route' | 'action' | 'header'; readonly id: string }
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As the last proxy that is believed has it. */
  readonly address: string
}

/** Refused for who they are or may be, though the kind of the error says something else. */
const alsoRefused: ReadonlySet<string> = new Set(['server.too_many_attempts', 'access.sign_in_wait'])

/** Undefined: no refusal, or one of nobody who tried anything. */
export function refusalOf(error: unknown, asked: Asked, actor?: Actor): Refusal | undefined {
  if (!(error instanceof HoldfastError)) return undefined
  const { kind, code, about } = error
  if (kind !== 'unauthenticated' && kind !== 'forbidden' && !alsoRefused.has(code)) return undefined
  if (actor !== undefined && isKnown(actor)) return forbidden(error, asked, actor)
  const brought = broughtWith(asked.headers)
  // Who opens the console is asked who they are, and so is a probe: nothing was tried.
  if (kind === 'unauthenticated' && brought === 'nothing' && asked.method === 'GET') return undefined
  return {
    action: 'access.refused',
    actor: { type: 'inbound', id: groupOf(asked.address), via: brought.includes('session') ? 'ui' : 'api' },
    subject: asked.what,
    reason: code,
    whose: about?.['token'] ?? about?.['session'],
    details: { brought, ...keyIdIn(asked.headers), ...about },
  }
}

const isKnown = ({ type, id }: Actor): boolean => type !== 'inbound' && id !== 'anonymous'

function forbidden({ code, place = '', about }: HoldfastError, { what, address }: Asked, actor: Actor): Refusal {
  const cause =
    actor.type === 'machine' || actor.type === 'system' ? ({ type: 'human', id: address } as const) : undefined
  return {
    action: 'access.forbidden',
    actor: { type: actor.type, id: actor.id, via: actor.via },
    subject: code === 'access.forbidden' ? { type: 'verb', id: place } : what,
    reason: code,
    details: { from: address, asked: what.id, ...about },
    ...(cause === undefined ? {} : { cause }),
  }
}

type Brought = 'nothing' | 'a token' | 'a signature' | 'something else' | 'a session' | 'half a session'

/** Which kind of proof came with it; the proof itself is nowhere. */
function broughtWith(headers: Asked['headers']): Brought {
  const { authorization, cookie, host, [sessionKeyHeader]: key } = headers
  if (typeof authorization === 'string') {
    if (authorization.startsWith('AWS4-')) return 'a signature'
    return /^bearer /i.test(authorization) ? 'a token' : 'something else'
  }
  const whole = { cookie: textOf(cookie), host: textOf(host), [sessionKeyHeader]: textOf(key) }
  if (sessionProofIn(whole) !== undefined) return 'a session'
  const isHalf = key !== undefined || sessionProofIn({ ...whole, [sessionKeyHeader]: '' }) !== undefined
  return isHalf ? 'half a session' : 'nothing'
}

/** Ids of our own keys are no secrets; what is none of ours may be anything. */
function keyIdIn({ authorization }: Asked['headers']): { readonly accessKeyId?: string } {
  const id = /Credential=(HFAK[A-Z0-9]{16})\//.exec(textOf(authorization) ?? '')?.[1]
  return id === undefined ? {} : { accessKeyId: id }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header
