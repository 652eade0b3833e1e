/**
 * People as they really are, behind the sessions and tokens that they know of: what Holdfast is not told and has to find out. Everybody here acts
 * only by what Holdfast told them; some take places that are not theirs, or act by several things they know of.
 */
import { TOTP } from 'otpauth'
import {
  type Access,
  type Actor,
  addPerson,
  authenticateSession,
  beginJoining,
  changePerson,
  type Grant,
  invitePerson,
  join,
  removeGroup,
  type SessionProof,
  setGroup,
} from '../../access/index.ts'
import { admin } from '../world.ts'
import type { Chance } from './four-eyes-chance.fake.ts'
import { allRights, type Known, owner, Secrets } from './four-eyes-secrets.fake.ts'

const day = 24 * 3_600_000

/** An account, and who can sign in to it. */
export type Account = {
  readonly login: string
  readonly id: string
  readonly isAdmin: boolean
  isEnabled: boolean
  mayApprove: boolean
  isMember: boolean
  /** Whoever joined last, and the session they have. Undefined until somebody has. */
  holder: string | undefined
  session: SessionProof | undefined
  /** As whom the holder acts until then, when they took a place that is not theirs. */
  impostor: { readonly as: string; readonly until: number } | undefined
  /** Nobody else ever had a link to it. */
  isUntouched: boolean
}

/** An invitation that nobody has used: who made it, and in whose name. */
type Invitation = { readonly account: Account; readonly code: string; readonly by: string; readonly as: string }

/** One act of somebody, and what this book says of it. */
export type Way = {
  readonly actor: Actor
  readonly human: string
  /** Id under which the product keeps a vote. */
  readonly voter: string
  /** Who it truly is, or whom they are taken for beyond what is promised. `since`: as of what was asked for then. */
  readonly who: (since: number) => string
  readonly mayApprove: boolean
  readonly mayBreak: boolean
  /** By themselves, with nothing that anybody else had to do with. */
  readonly isPlain: boolean
}

type Place = { readonly project: string; readonly config: string }

export class People {
  readonly #access: Access
  readonly #chance: Chance
  readonly #place: Place
  readonly secrets: Secrets
  readonly accounts: Account[] = []
  #invitations: Invitation[] = []
  #doesGroupApprove = false
  #count = 0

  constructor(access: Access, chance: Chance, place: Place) {
    this.#access = access
    this.#chance = chance
    this.#place = place
    this.secrets = new Secrets(access, chance, place)
  }

  /** Set up by the owner of the machine, whose invitations bind nobody. */
  async begin(): Promise<void> {
    await this.secrets.ownersOwn()
    const { actor } = this.somehow(owner)
    for (const name of ['ada', 'ken', 'mika', 'yuki']) {
      const isAdmin = name === 'ada' || name === 'ken'
      const { person, join: invitation } = await this.#added(actor, name, isAdmin)
      const account = this.#enter(person, isAdmin)
      await this.#join(account, invitation.code)
      account.holder = name
      if (name === 'ada' || name === 'mika') await this.secrets.own(this.#bySession(account))
      if (name === 'ada') await this.secrets.bot(this.#bySession(account))
    }
    await setGroup(this.#access, admin, this.#group, { grants: [] })
  }

  get #group(): string {
    return `g-${this.#place.config}`
  }
  get #approver(): Grant {
    return { role: 'approver', ...this.#place }
  }
  get #now(): number {
    return this.#access.clock.now()
  }

  #rights(isAdmin: boolean, mayApprove: boolean): Grant[] {
    const { project } = this.#place
    const responder: Grant[] = isAdmin ? [{ role: 'responder', project }, ...allRights] : []
    return [{ role: 'deployer', project }, ...(mayApprove ? [this.#approver] : []), ...responder]
  }

  #added(by: Actor, name: string, isAdmin: boolean) {
    const grants = this.#rights(isAdmin, true)
    return addPerson(this.#access, by, { login: `${name}-${this.#place.config}`, name, grants })
  }

  #enter({ login, id }: Pick<Account, 'login' | 'id'>, isAdmin: boolean): Account {
    const account: Account = {
      ...{ login, id, isAdmin, isEnabled: true, mayApprove: true, isMember: false },
      ...{ holder: undefined, session: undefined, impostor: undefined, isUntouched: true },
    }
    this.accounts.push(account)
    return account
  }

  // ---- acting

  /** Somebody acts, by something they know of. */
  anybody(): Way {
    const old = this.secrets.known.filter(({ token }) => token.isOld)
    if (old.length > 0 && this.#chance.below(4) === 0) return this.#byToken(this.#chance.pick(old))
    const holders = this.accounts.flatMap(({ holder }) => holder ?? [])
    return this.somehow(this.#chance.pick([...new Set([...holders, ...this.secrets.known.map(({ human }) => human)])]))
  }

  /** This one acts, by something they know of. */
  somehow(human: string): Way {
    const accounts = this.accounts.filter(({ holder }) => holder === human)
    // Rather in the place that they took.
    const taken = accounts.filter(({ impostor }) => impostor !== undefined)
    if (taken.length > 0 && this.#chance.below(2) === 0) return this.#bySession(this.#chance.pick(taken))
    const known = this.secrets.known.filter((one) => one.human === human)
    // Their place was taken, and they know of nothing else.
    if (accounts.length + known.length === 0) return this.anybody()
    const at = this.#chance.below(accounts.length + known.length)
    const account = accounts[at]
    return account === undefined ? this.#byToken(known[at - accounts.length] as Known) : this.#bySession(account)
  }

  /** Rather whoever took a place that is not theirs. */
  anySchemer(): Way {
    const schemers = this.accounts.flatMap(({ impostor, holder = '' }) => (impostor === undefined ? [] : holder))
    return schemers.length > 0 ? this.somehow(this.#chance.pick(schemers)) : this.anybody()
  }

  /** How long until somebody who took a place is no more taken for who invited them. */
  get bondEndsIn(): number | undefined {
    const left = this.accounts.map(({ impostor }) => (impostor?.until ?? 0) - this.#now).filter((ms) => ms > 0)
    return left.length > 0 ? Math.min(...left) : undefined
  }

  /** Who decides about tokens and people. */
  anyAdmin(): Way {
    for (let tries = 0; tries < 6; tries++) {
      const way = this.anybody()
      if (way.actor.grants?.some(({ role, project }) => role === 'admin' && project === undefined) === true) return way
    }
    return this.anybody()
  }

  /** Who acts as a person: mostly by a token of theirs. */
  #anyPerson(): Way {
    const own = this.secrets.known.filter(({ token }) => token.person !== undefined)
    return own.length > 0 && this.#chance.below(3) > 0 ? this.#byToken(this.#chance.pick(own)) : this.anybody()
  }

  #bySession(account: Account): Way {
    const { id, holder = '', impostor, isUntouched, session = { secret: '', key: '' } } = account
    const who = (since: number): string =>
      impostor === undefined ? holder : impostor.until > since ? impostor.as : account.login
    const rights = { mayApprove: this.mayApprove(id, this.#now), mayBreak: account.isEnabled && account.isAdmin }
    const actor = authenticateSession(this.#access, session)
    return { actor, human: holder, voter: id, who, ...rights, isPlain: isUntouched }
  }

  #byToken(known: Known): Way {
    return this.#withActor(known, this.secrets.open(known))
  }

  async bySessionOfToken(): Promise<Way> {
    const known = this.#chance.pick(this.secrets.known)
    return this.#withActor(known, await this.secrets.session(known))
  }

  #withActor({ human, as, token }: Known, actor: Actor): Way {
    const voter = token.person ?? token.id
    const person = this.accounts.find(({ id }) => id === token.person)
    const rights = {
      mayApprove: token.may !== 'ship' && this.mayApprove(voter, this.#now),
      mayBreak: token.may === 'all' && person?.isAdmin !== false,
    }
    return { actor, human, voter, who: () => as, ...rights, isPlain: false }
  }

  /** Whether whoever votes under this id may. */
  mayApprove(voter: string, at: number): boolean {
    const account = this.accounts.find(({ id }) => id === voter)
    if (account === undefined) {
      const token = this.secrets.find(voter)
      return token !== undefined && token.may !== 'ship' && !token.isRevoked && at < token.until
    }
    const byGroup = account.isMember && this.#doesGroupApprove
    return account.isEnabled && (account.isAdmin || account.mayApprove || byGroup)
  }

  // ---- tokens

  makeToken = (): Promise<string> => this.secrets.bot(this.anyAdmin())
  makeOwnToken = (): Promise<string> => this.secrets.own(this.#anyPerson())
  logIn = (): Promise<string> => this.secrets.logIn(this.#anyPerson())
  rotate = (): Promise<string> => this.secrets.rotate(this.anyAdmin())
  revoke = (): Promise<string> => this.secrets.revoke(this.anyAdmin())

  // ---- places in the house

  /** Somebody new; or somebody who has lost everything, as whoever invites them says. */
  async invite(): Promise<string> {
    const way = this.anyAdmin()
    const as = way.who(this.#now)
    if (this.accounts.length < 6 && this.#chance.below(2) === 0) {
      const name = `new${++this.#count}`
      const { person, join: invitation } = await this.#added(way.actor, name, false)
      const account = this.#enter(person, false)
      this.#invitations.push({ account, code: invitation.code, by: way.human, as })
      return `${way.human} adds ${name}`
    }
    // Whose place was taken once may lose it again.
    const touched = this.accounts.filter(({ isUntouched }) => !isUntouched)
    const account = this.#chance.pick(touched.length > 0 && this.#chance.below(2) === 0 ? touched : this.accounts)
    const { code } = await invitePerson(this.#access, way.actor, account.login)
    this.#invitations = this.#invitations.filter((one) => one.account !== account)
    this.#invitations.push({ account, code, by: way.human, as })
    return `${way.human} invites ${account.login} again`
  }

  /** Passed on to whom it is meant for, or used by whoever made it. The owner of the machine is trusted to pass it on. */
  async takeInvitation(): Promise<string> {
    const invitation = this.#invitations.pop()
    if (invitation === undefined) return 'nobody is invited'
    const { account, code, by, as } = invitation
    const isTaken = by !== owner && this.#chance.below(3) > 0
    await this.#join(account, code)
    const rightful = account.login.replace(`-${this.#place.config}`, '')
    account.holder = isTaken ? by : rightful
    account.impostor = isTaken ? { as, until: this.#now + day } : undefined
    account.isUntouched = false
    return `${account.holder} joins as ${account.login}`
  }

  async #join(account: Account, code: string): Promise<void> {
    const { totpSecret } = await beginJoining(this.#access, code)
    const totp = new TOTP({ secret: totpSecret }).generate({ timestamp: this.#now })
    account.session = await join(this.#access, { code, totp, password: 'a good long passphrase' })
  }

  // ---- rights

  async disable(account: Account): Promise<string> {
    account.isEnabled = !account.isEnabled
    await changePerson(this.#access, admin, account.login, { disabled: !account.isEnabled })
    return `${account.login} is ${account.isEnabled ? 'enabled' : 'disabled'}`
  }

  async demote(account: Account): Promise<string> {
    account.mayApprove = !account.mayApprove
    // In this place, or in another one, which is none here.
    const elsewhere: Grant = { role: 'approver', project: this.#place.project, config: 'elsewhere' }
    const grants = [...this.#rights(account.isAdmin, account.mayApprove), elsewhere]
    await changePerson(this.#access, admin, account.login, { grants })
    return `${account.login} ${account.mayApprove ? 'approves again' : 'approves no more'}`
  }

  async regroup(account: Account): Promise<string> {
    account.isMember = !account.isMember
    await changePerson(this.#access, admin, account.login, { groups: account.isMember ? [this.#group] : [] })
    return `${account.login} is ${account.isMember ? 'in' : 'out of'} the group`
  }

  async changeGroup(): Promise<string> {
    if (this.#chance.below(4) === 0) {
      await removeGroup(this.#access, admin, this.#group)
      for (const account of this.accounts) account.isMember = false
      this.#doesGroupApprove = false
      await setGroup(this.#access, admin, this.#group, { grants: [] })
      return 'the group is emptied'
    }
    this.#doesGroupApprove = !this.#doesGroupApprove
    await setGroup(this.#access, admin, this.#group, { grants: this.#doesGroupApprove ? [this.#approver] : [] })
    return `the group ${this.#doesGroupApprove ? 'approves' : 'approves no more'}`
  }
}
