/** The verbs of people with access bound, as the server takes them. */
import * as access from '../access/index.ts'
import type { Access } from '../access/index.ts'
import type { PeopleVerbs } from '../server/index.ts'

export const bindPeopleVerbs = (book: Access): PeopleVerbs => ({
  list: (actor) => access.listPeople(book, actor),
  add: (actor, request) => access.addPerson(book, actor, request),
  change: (actor, login, request) => access.changePerson(book, actor, login, request),
  invite: (actor, login) => access.invitePerson(book, actor, login),
  listGroups: (actor) => access.listGroups(book, actor),
  setGroup: (actor, name, request) => access.setGroup(book, actor, name, request),
  removeGroup: (actor, name) => access.removeGroup(book, actor, name),
  createOwnToken: (actor, request) => access.createOwnToken(book, actor, request),
  listOwnTokens: (actor) => access.listOwnTokens(book, actor),
  rotateOwnToken: (actor, rotation) => access.rotateOwnToken(book, actor, rotation),
  revokeOwnToken: (actor, id) => access.revokeOwnToken(book, actor, id),
  askToLogIn: (name) => access.askToLogIn(book, name),
  findLogin: (actor, code) => access.findLogin(book, actor, code),
  decideLogin: (actor, decision) => access.decideLogin(book, actor, decision),
  takeLogin: (device) => access.takeLogin(book, device),
  beginJoining: (code) => access.beginJoining(book, code),
  join: (join) => access.join(book, join),
  beginSignIn: (login, password) => access.beginSignIn(book, login, password),
  finishSignIn: (half) => access.finishSignIn(book, half),
  beginJoiningByPasskey: (asking) => access.beginJoiningByPasskey(book, asking),
  joinByPasskey: (joining) => access.joinByPasskey(book, joining),
  beginPasskeySignIn: (asking) => access.beginPasskeySignIn(book, asking),
  finishPasskeySignIn: (signIn) => access.finishPasskeySignIn(book, signIn),
  recoverSignIn: (recovery) => access.recoverSignIn(book, recovery),
  listOwnPasskeys: (actor) => access.listOwnPasskeys(book, actor),
  beginAddingPasskey: (actor, asking) => access.beginAddingPasskey(book, actor, asking),
  addPasskey: (actor, adding) => access.addPasskey(book, actor, adding),
  renameOwnPasskey: (actor, id, name) => access.renameOwnPasskey(book, actor, id, name),
  removeOwnPasskey: (actor, removal) => access.removeOwnPasskey(book, actor, removal),
})
