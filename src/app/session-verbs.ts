/** The verbs of signing in with access bound, as the server takes them. */
import {
  type Access,
  actorsNamed,
  authenticateSession,
  beginSession,
  endOtherSessions,
  endOwnSession,
  revokeSession,
  endSession,
  inviteToSignIn,
  listOwnSessions,
  listSessions,
  loginOf,
  nameOfActor,
} from '../access/index.ts'
import type { SessionVerbs } from '../server/index.ts'

/** `asksWho`: false where everybody is let in. */
export const bindSessionVerbs = (access: Access, asksWho: boolean): SessionVerbs => ({
  begin: (signIn) => beginSession(access, signIn),
  end: (actor, proof) => endSession(access, actor, proof),
  list: (actor, proof) => listSessions(access, actor, proof),
  revoke: (actor, id) => revokeSession(access, actor, id),
  listOwn: (actor, proof) => listOwnSessions(access, actor, proof),
  endOwn: (actor, id) => endOwnSession(access, actor, id),
  endOthers: (actor, proof) => endOtherSessions(access, actor, proof),
  invite: async (actor) => (asksWho ? inviteToSignIn(access, actor) : undefined),
  authenticate: (proof) => authenticateSession(access, proof),
  nameOf: (actor) => nameOfActor(access.store.read, actor),
  loginOf: (actor) => loginOf(access.store.read, actor),
  actorsNamed: (name) => actorsNamed(access.store.read, name),
})
