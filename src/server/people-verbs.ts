/** The verbs of people with access bound, as the server takes them. Every one may throw HoldfastError. */
import type {
  Actor,
  AddPasskey,
  AddedPerson,
  AskToAdd,
  AskToJoin,
  AskToSignIn,
  AskedLogin,
  AssertionOptions,
  BegunSession,
  CreatedToken,
  FirstHalf,
  Grant,
  Group,
  Join,
  JoinByPasskey,
  JoinCode,
  Joined,
  Joining,
  LoginDecision,
  NewPerson,
  NewToken,
  Passkey,
  PasskeySignIn,
  PendingLogin,
  Person,
  PersonChange,
  Recovery,
  RegistrationOptions,
  RemovePasskey,
  RotatedToken,
  Rotation,
  SecondHalf,
  TakenLogin,
  Token,
} from '../access/index.ts'

type Answer<T> = T | Promise<T>

export interface PeopleVerbs {
  list(actor: Actor): Answer<readonly Person[]>
  add(actor: Actor, request: NewPerson): Promise<AddedPerson>
  change(actor: Actor, login: string, request: PersonChange): Promise<Person>
  invite(actor: Actor, login: string): Promise<JoinCode>
  listGroups(actor: Actor): Answer<readonly Group[]>
  setGroup(actor: Actor, name: string, request: { readonly grants: readonly Grant[] }): Promise<Group>
  removeGroup(actor: Actor, name: string): Promise<void>

  createOwnToken(actor: Actor, request: NewToken): Promise<CreatedToken>
  listOwnTokens(actor: Actor): Answer<readonly Token[]>
  rotateOwnToken(actor: Actor, rotation: Rotation): Promise<RotatedToken>
  revokeOwnToken(actor: Actor, id: string): Promise<void>

  askToLogIn(name: string): Promise<AskedLogin>
  findLogin(actor: Actor, code: string): Answer<PendingLogin>
  decideLogin(actor: Actor, decision: LoginDecision): Promise<void>
  /** Undefined while nobody has decided. */
  takeLogin(device: string): Promise<TakenLogin | undefined>

  beginJoining(code: string): Promise<Joining>
  join(join: Join): Promise<Joined>
  beginSignIn(login: string, password: string): Promise<FirstHalf>
  finishSignIn(half: SecondHalf): Promise<BegunSession>

  beginJoiningByPasskey(asking: AskToJoin): Promise<RegistrationOptions>
  joinByPasskey(joining: JoinByPasskey): Promise<Joined>
  beginPasskeySignIn(asking: AskToSignIn): Promise<AssertionOptions>
  finishPasskeySignIn(signIn: PasskeySignIn): Promise<BegunSession>
  recoverSignIn(recovery: Recovery): Promise<BegunSession>
  listOwnPasskeys(actor: Actor): Answer<readonly Passkey[]>
  beginAddingPasskey(actor: Actor, asking: AskToAdd): Promise<RegistrationOptions>
  addPasskey(actor: Actor, adding: AddPasskey): Promise<Passkey>
  renameOwnPasskey(actor: Actor, id: string, name: string): Promise<Passkey>
  removeOwnPasskey(actor: Actor, removal: RemovePasskey): Promise<void>
}
