/** The verbs of signing in with access bound, as the server takes them. */
import {
  type Access,
  authenticateSession,
  beginSession,
  endSession,
  inviteToSignIn,
  nameOfActor,
} from '../access/index.ts'
import type { SessionVerbs } from '../server/index.ts'

/** `asksWho`: false where everybody is let in. */
export const bindSessionVerbs = (access: Access, asksWho: boolean): SessionVerbs => ({
  begin: (signIn) => beginSession(access, signIn),
  end: (actor, proof) => endSession(access, actor, proof),
  invite: async (actor) => (asksWho ? inviteToSignIn(access, actor) : undefined),
  authenticate: (proof) => authenticateSession(access, proof),
  nameOf: (actor) => nameOfActor(access.store.read, actor),
})
