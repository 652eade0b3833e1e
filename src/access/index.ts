/**
 * access: who may do what: actors, bearer tokens, and `can()`, which every verb asks.
 * Words: actor (who acts: a user, a machine such as an execution, the system, something inbound), role, grant (a role, everywhere or on a
 * project or place), verb, thing, token (`hf_…`),
 * session (somebody signed in to the console, as a person, by a token or by the one-time code of a link), person, passkey (a pair of keys of
 * a person's authenticator, both factors in one), group, holder (whose a session is). `verbs.ts` is the one table of what can be asked and by whom.
 * It does not know HTTP: the server hands it the secret that the Authorization header held.
 */
export { type AwsKey } from './aws-key/make.ts'
export { type AwsKeyHolder, findAwsKey } from './aws-key/find.ts'
export { type Access, type AccessOptions, openAccess } from './access.ts'
export {
  type Actor,
  anonymousAdmin,
  can,
  type Decision,
  hostIdPrefix,
  isWithinReach,
  type Reach,
  reachOf,
  requirePermission,
  type Thing,
} from './can.ts'
export {
  askToLogIn,
  type AskedLogin,
  decideLogin,
  findLogin,
  type LoginDecision,
  type PendingLogin,
  takeLogin,
  type TakenLogin,
} from './login/login.ts'
export { commonHand, fewestPeople, type Hands, isUnknown, ownerHand, unknownHand } from './hand/count.ts'
export { handsOf } from './hand/rows.ts'
export { type AccessErrorCode, accessErrorCodes } from './errors.ts'
export { requireStill } from './still.ts'
export { sealedAccess } from './sealed.ts'
export { authenticateSession, type SessionProof } from './session/authenticate.ts'
export { type BegunSession, beginSession, type SignIn } from './session/begin.ts'
export { revokeSession, endSession } from './session/end.ts'
export { type ListedSession, listSessions } from './session/list.ts'
export { endOtherSessions, endOwnSession, listOwnSessions } from './session/own.ts'
export { inviteToSignIn, inviteWhoStarted, type SignInCode } from './session/invite.ts'
export { type NewToken, newTokenSchema, type Token, tokenSchema } from './schemas.ts'
export { actorWith, authenticate } from './token/authenticate.ts'
export { type CreatedToken, createToken, makeToken, type TokenMaking } from './token/create.ts'
export { type RotatedToken, rotateOwnToken, rotateToken, type Rotation } from './token/rotate.ts'
export { createOwnToken, listOwnTokens, revokeOwnToken } from './token/own.ts'
export { listTokens } from './token/list.ts'
export { actorsNamed, loginOf, nameOfActor, nameOfHand } from './token/name.ts'
export { type AddedPerson, addPerson } from './person/add.ts'
export { changePerson } from './person/change.ts'
export { removeGroup, setGroup } from './person/groups.ts'
export { invitePerson, type JoinCode } from './person/invite.ts'
export { beginJoining, join, type Join, type Joined, type Joining } from './person/join.ts'
export { listGroups, listPeople } from './person/list.ts'
export {
  type Group,
  groupChangeSchema,
  groupSchema,
  type NewPerson,
  newPersonSchema,
  type Person,
  type PersonChange,
  personChangeSchema,
  personSchema,
} from './person/schemas.ts'
export { beginSignIn, finishSignIn, type FirstHalf, type SecondHalf } from './person/sign-in.ts'
export { type AddPasskey, addPasskey, type AskToAdd, beginAddingPasskey } from './passkey/add.ts'
export { type AskToJoin, beginJoiningByPasskey, type JoinByPasskey, joinByPasskey } from './passkey/join.ts'
export { listOwnPasskeys, type RemovePasskey, removeOwnPasskey, renameOwnPasskey } from './passkey/own.ts'
export { recoverSignIn, type Recovery } from './passkey/recover.ts'
export type { RegistrationOptions } from './passkey/register.ts'
export {
  type Assertion,
  assertionSchema,
  type Passkey,
  passkeyNameSchema,
  passkeySchema,
  type Registration,
  registrationSchema,
} from './passkey/schemas.ts'
export {
  type AskToSignIn,
  type AssertionOptions,
  beginPasskeySignIn,
  finishPasskeySignIn,
  type PasskeySignIn,
} from './passkey/sign-in.ts'
export { type OutsideAccount, type OutsideSignIn, signInFromOutside } from './person/outside.ts'
export { grantsNow, personBehind } from './person/who.ts'
export { ensureLocalToken, type LocalToken } from './token/local.ts'
export { type Revocation, revokeToken, takeBack } from './token/revoke.ts'
export {
  type Grant,
  grantSchema,
  grantsSchema,
  parseGrant,
  type PlaceOfThing,
  printGrant,
  type Role,
  roles,
} from './grant.ts'
export { type Rule, ruleOf, type Verb, verbs } from './verbs.ts'
