/** People who join, sign in and make themselves at home by passkeys, for tests: each room has a store of its own. */
import type { VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { admin, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  addPasskey,
  addPerson,
  authenticateSession,
  beginAddingPasskey,
  beginJoiningByPasskey,
  beginPasskeySignIn,
  finishPasskeySignIn,
  joinByPasskey,
  type SessionProof,
} from '../index.ts'
import { FakeAuthenticator, type Wrongs } from './authenticator.fake.ts'

export const origin = 'https://holdfast.acme.example'
export const elsewhere = 'https://other.acme.example'
/** Browsers offer a passkey of the one to pages of the other: to them both are `localhost`. */
export const [local, neighbour] = ['http://localhost:7400', 'http://localhost:7480']

export const registrationFaults: [string, Wrongs][] = [
  ['of a page at another origin', { origin: elsewhere }],
  ['of the same host at another port', { origin: `${origin}:8443` }],
  ['for another name of the server', { rpId: 'other.acme.example' }],
  ['for a name above the server', { rpId: 'acme.example' }],
  ['for which nobody was asked for PIN, fingerprint or face', { isUnverified: true }],
  ['for which nobody was there', { isAbsent: true }],
  ['of something that was no registration', { type: 'webauthn.get' }],
]

type Someone = {
  readonly id: string
  readonly session: Awaited<ReturnType<typeof joinByPasskey>>
  readonly key: FakeAuthenticator
}

/** Whoever opens it closes its store. */
export class PasskeyRoom {
  readonly store: Store
  readonly clock: VirtualClock
  readonly access: Access

  constructor() {
    const { store, clock, access } = openAccessWorld()
    this.store = store
    this.clock = clock
    this.access = access
  }

  readonly trail = (): string[] =>
    this.store.read
      .all<{ action: string; change: string }>('SELECT action, change FROM trail_unsealed ORDER BY position')
      .map(({ action, change }) => `${action} ${change ?? ''}`.trim())

  /** Somebody who has joined with a passkey. */
  readonly joined = async (login = 'mika', counter = 0, at = origin): Promise<Someone> => {
    const { person, join: invitation } = await addPerson(this.access, admin, {
      login,
      name: login,
      grants: [{ role: 'viewer' }],
    })
    const key = new FakeAuthenticator(at, counter)
    const options = await beginJoiningByPasskey(this.access, { code: invitation.code, origin: at })
    const registration = key.register(options)
    const session = await joinByPasskey(this.access, { code: invitation.code, registration, name: 'phone' })
    return { id: person.id, session, key }
  }

  readonly ask = (login?: string, at = origin) =>
    beginPasskeySignIn(this.access, { origin: at, ...(login === undefined ? {} : { login }) })

  readonly signIn = async (key: FakeAuthenticator, wrongs?: Wrongs, login?: string) =>
    finishPasskeySignIn(this.access, { assertion: key.assert(await this.ask(login), wrongs) })

  readonly actorOf = (proof: SessionProof) => authenticateSession(this.access, proof)

  readonly add = async (proof: SessionProof, key = new FakeAuthenticator(origin), name = 'laptop') => {
    this.clock.advanceBy(1000)
    const options = await beginAddingPasskey(this.access, this.actorOf(proof), { proof, origin })
    return addPasskey(this.access, this.actorOf(proof), { proof, registration: key.register(options), name })
  }
}
