/** Signing in by an account at an identity provider, which has asked who it is. */
import { appendRecord, changeBetween } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { codeRefused, outsideLoginTaken, outsideUnknown } from '../errors.ts'
import { type BegunSession, openSessionFor } from '../session/begin.ts'
import { beginAnew } from './begin-anew.ts'
import { groupByName, groupsOf, insertPerson, personById, personByLogin, type PersonRow, setGroups } from './rows.ts'
import { loginSchema, newPersonSchema } from './schemas.ts'
import { findStep, newPersonId, spendStep } from './steps.ts'

export type OutsideAccount = {
  /** Both together are the account; whoever made it has checked them. */
  readonly issuer: string
  readonly subject: string
  /** What a new person would sign in as, and be called. */
  readonly login: string | undefined
  readonly name: string | undefined
  /** Of our groups those that the provider decides about, and which of them they are in. Undefined: about none. */
  readonly groups: { readonly decided: readonly string[]; readonly member: readonly string[] } | undefined
}

export type OutsideSignIn = {
  readonly account: OutsideAccount
  /** As the configuration names the provider. */
  readonly provider: string
  /** Whether who is unknown becomes a person. */
  readonly createPeople: boolean
  /** Of an invitation: the account belongs to whoever it invites from now on. */
  readonly joinCode?: string | undefined
  readonly userAgent?: string | undefined
}

/** @throws HoldfastError access.outside_unknown, access.outside_login_taken, access.code_refused */
export async function signInFromOutside(access: Access, signIn: OutsideSignIn): Promise<BegunSession> {
  const begun = await access.store.write((tx) => {
    const person = personOfAccount(access, tx, signIn)
    if (person === undefined) return undefined
    if (person.disabled_at !== null) {
      noteRefusal(access, tx, { person, provider: signIn.provider })
      return undefined
    }
    keepGroups(access, tx, { person, signIn })
    return openSessionFor(access, tx, {
      ...{ holderId: person.id, userAgent: signIn.userAgent, through: signIn.provider },
    })
  })
  // Thrown after the commit: that somebody disabled has tried stays in the trail.
  if (begun === undefined) throw outsideUnknown()
  return begun
}

function personOfAccount(access: Access, tx: Transaction, signIn: OutsideSignIn): PersonRow | undefined {
  const { issuer, subject } = signIn.account
  const linked = tx
    .prepare<{ person_id: string }>('SELECT person_id FROM access_outside_account WHERE issuer = ? AND subject = ?')
    .get(issuer, subject)?.person_id
  if (signIn.joinCode !== undefined) return invited(access, tx, { signIn, code: signIn.joinCode, linked })
  if (linked !== undefined) return personById(tx, linked)
  return signIn.createPeople ? created(access, tx, signIn) : undefined
}

type Invited = { readonly signIn: OutsideSignIn; readonly code: string; readonly linked: string | undefined }

/** As whoever joins with a password: what they had before is over. An account that is somebody's already is nobody else's. */
function invited(access: Access, tx: Transaction, { signIn, code, linked }: Invited): PersonRow {
  const at = access.clock.now()
  const step = findStep(tx, 'join', code, at)
  const person = step === undefined ? undefined : personById(tx, step.person_id)
  if (person === undefined || person.disabled_at !== null) throw codeRefused()
  if (linked !== undefined && linked !== person.id) throw outsideUnknown()
  if (!spendStep(tx, code, at)) throw codeRefused()
  beginAnew(tx, person.id, at)
  link(access, tx, { person, signIn })
  return { ...person, joined_at: at }
}

/** A login that somebody has is theirs, whatever the provider calls the account. */
function created(access: Access, tx: Transaction, signIn: OutsideSignIn): PersonRow {
  const login = loginSchema.safeParse(signIn.account.login).data
  if (login === undefined) throw outsideLoginTaken(signIn.account.login ?? '')
  if (personByLogin(tx, login) !== undefined) throw outsideLoginTaken(login)
  const [id, at] = [newPersonId(access), access.clock.now()]
  const name = newPersonSchema.shape.name.safeParse(signIn.account.name).data ?? login
  insertPerson(tx, { id, login, name, grants: '[]', created_at: at })
  tx.prepare('UPDATE access_person SET joined_at = ? WHERE id = ?').run(at, id)
  const change = { login, name, grants: [], groups: [] }
  appendRecord(tx, { at, actor: by(signIn), action: 'person.add', subject: { type: 'person', id }, change })
  const person = personById(tx, id)
  if (person === undefined) throw outsideUnknown()
  link(access, tx, { person, signIn })
  return person
}

type Known = { readonly person: PersonRow; readonly signIn: OutsideSignIn }

function link({ clock }: Access, tx: Transaction, { person, signIn }: Known): void {
  const { issuer, subject } = signIn.account
  const at = clock.now()
  tx.prepare('INSERT INTO access_outside_account (issuer, subject, person_id, linked_at) VALUES (?, ?, ?, ?)').run(
    ...[issuer, subject],
    person.id,
    at,
  )
  const about = { type: 'person', id: person.id }
  appendRecord(tx, { at, actor: by(signIn), action: 'person.link', subject: about, change: { issuer, subject } })
}

/** Groups that the provider does not decide about stay as they are; one that is not here gives nothing. */
function keepGroups(access: Access, tx: Transaction, { person, signIn }: Known): void {
  const { groups } = signIn.account
  if (groups === undefined) return
  const before = groupsOf(tx, person.id)
  const kept = before.filter((group) => !groups.decided.includes(group))
  const member = groups.member.filter((group) => groupByName(tx, group) !== undefined)
  const after = [...new Set([...kept, ...member])].toSorted()
  if (after.join() === before.join()) return
  setGroups(tx, person.id, after)
  const change = changeBetween({ groups: [...before] }, { groups: after })
  const subject = { type: 'person', id: person.id }
  appendRecord(tx, { at: access.clock.now(), actor: by(signIn), action: 'person.change', subject, change })
}

type Refused = { readonly person: PersonRow; readonly provider: string }

function noteRefusal({ clock }: Access, tx: Transaction, { person, provider }: Refused): void {
  const subject = { type: 'person', id: person.id }
  const change = { reason: 'disabled' }
  appendRecord(tx, { at: clock.now(), actor: by({ provider }), action: 'person.sign_in_failed', subject, change })
}

const by = ({ provider }: Pick<OutsideSignIn, 'provider'>) =>
  ({ type: 'inbound', id: `sign-on/${provider}`, via: 'ui' }) as const
