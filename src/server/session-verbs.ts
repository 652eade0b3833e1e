/** The verbs of signing in with access bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor, BegunSession, ListedSession, SessionProof, SignIn, SignInCode } from '../access/index.ts'

export interface SessionVerbs {
  begin(signIn: SignIn): Promise<BegunSession>
  end(actor: Actor, proof: SessionProof): Promise<void>
  /** All that open something; `proof` says which of them asks. */
  list(actor: Actor, proof: SessionProof | undefined): readonly ListedSession[]
  /** Another one than that which asks, by its id. */
  revoke(actor: Actor, id: string): Promise<void>
  /** Of whoever asks, wherever they are signed in. */
  listOwn(actor: Actor, proof: SessionProof | undefined): readonly ListedSession[]
  endOwn(actor: Actor, id: string): Promise<void>
  /** All but the one that asks; answers how many. */
  endOthers(actor: Actor, proof: SessionProof | undefined): Promise<number>
  /** A code that signs in as the actor; undefined where nobody is asked who they are. */
  invite(actor: Actor): Promise<SignInCode | undefined>
  /** @throws HoldfastError access.session_ended */
  authenticate(proof: SessionProof): Actor
  /** As people know the actor. */
  nameOf(actor: Pick<Actor, 'type' | 'id'>): string | undefined
  /** By which name the person signs in; undefined of whoever is nobody in particular. */
  loginOf(actor: Pick<Actor, 'person'>): string | undefined
  /** The ids of everybody who is called so. */
  actorsNamed(name: string): readonly string[]
}
