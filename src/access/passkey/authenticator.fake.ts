/**
 * An authenticator in software, with the part of the browser that makes the client data: real ES256 keys, attestation "none", assertions.
 * It keeps its passkeys itself. What it is told to do wrong it does wrong, and nothing else.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import type { Assertion, AssertionOptions, Registration, RegistrationOptions } from '../index.ts'

type Kept = { readonly id: Buffer; readonly key: KeyObject; readonly userHandle: string }

export type Wrongs = {
  /** Of the page; else the one it stands at. */
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  /** Nobody was asked for PIN, fingerprint or face. */
  readonly isUnverified?: true
  readonly isAbsent?: true
  /** As if it had counted so far. */
  readonly counter?: number
  readonly userHandle?: string
  /** Signs with a key of its own instead. */
  readonly isForged?: true
  /** Says of its make what nobody asked for. */
  readonly attestation?: { readonly fmt: string; readonly statement: Map<string, Uint8Array | number | Uint8Array[]> }
}

export class FakeAuthenticator {
  readonly #origin: string
  readonly #kept: Kept[] = []
  /** 0: it does not count, as those that are synced. */
  #counter: number

  constructor(origin: string, counter = 0) {
    this.#origin = origin
    this.#counter = counter
  }

  register(options: RegistrationOptions, wrongs: Wrongs = {}): Registration {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const id = randomBytes(32)
    this.#kept.push({ id, key: privateKey, userHandle: options.user.id })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    // COSE: an EC2 key (2) for ES256 (-7) on P-256 (1).
    const cose = new Map<number, number | Uint8Array>([
      ...([
        [1, 2],
        [3, -7],
        [-1, 1],
      ] as const),
      ...([
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ] as const),
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const made = Buffer.concat([Buffer.alloc(16), length, id, isoCBOR.encode(cose)])
    const data = this.#data(options.rp.id ?? '', wrongs, made)
    const attested = new Map<string, string | Uint8Array | Map<string, Uint8Array | number | Uint8Array[]>>([
      ['fmt', wrongs.attestation?.fmt ?? 'none'],
      ['attStmt', wrongs.attestation?.statement ?? new Map<string, number>()],
      ['authData', new Uint8Array(data)],
    ])
    return {
      ...namesOf(id),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, wrongs).toString('base64url'),
        attestationObject: Buffer.from(isoCBOR.encode(attested)).toString('base64url'),
        transports: ['internal', 'of tomorrow'],
      },
    }
  }

  /** By its newest passkey. */
  assert(options: AssertionOptions, wrongs: Wrongs = {}): Assertion {
    const kept = this.#kept.at(-1)
    if (kept === undefined) throw new Error('this authenticator has no passkey')
    const client = this.#clientData('webauthn.get', options.challenge, wrongs)
    const data = this.#data(options.rpId ?? '', wrongs)
    const key = wrongs.isForged === true ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : kept.key
    const signed = sign('sha256', Buffer.concat([data, sha256(client)]), key)
    return {
      ...namesOf(kept.id),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signed.toString('base64url'),
        userHandle: wrongs.userHandle ?? kept.userHandle,
      },
    }
  }

  #clientData(type: string, challenge: string, wrongs: Wrongs): Buffer {
    const { origin = this.#origin } = wrongs
    const data = { type: wrongs.type ?? type, challenge: wrongs.challenge ?? challenge, origin, crossOrigin: false }
    return Buffer.from(JSON.stringify(data))
  }

  #data(rpId: string, wrongs: Wrongs, made: Buffer = Buffer.alloc(0)): Buffer {
    if (this.#counter > 0) this.#counter++
    const present = wrongs.isAbsent === true ? 0 : 1
    const verified = wrongs.isUnverified === true ? 0 : 4
    const head = Buffer.alloc(5)
    head.writeUInt8(present | verified | (made.length > 0 ? 0x40 : 0))
    head.writeUInt32BE(wrongs.counter ?? this.#counter, 1)
    return Buffer.concat([sha256(Buffer.from(wrongs.rpId ?? rpId)), head, made])
  }
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()
const namesOf = (id: Buffer) => {
  const text = id.toString('base64url')
  return { id: text, rawId: text, type: 'public-key' } as const
}
