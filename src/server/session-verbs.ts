/** The verbs of signing in with access bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor, BegunSession, SessionProof, SignIn, SignInCode } from '../access/index.ts'

export interface SessionVerbs {
  begin(signIn: SignIn): Promise<BegunSession>
  end(actor: Actor, proof: SessionProof): Promise<void>
  /** A code that signs in as the actor; undefined where nobody is asked who they are. */
  invite(actor: Actor): Promise<SignInCode | undefined>
  /** @throws HoldfastError access.session_ended */
  authenticate(proof: SessionProof): Actor
  /** As people know the actor. */
  nameOf(actor: Actor): string | undefined
}
