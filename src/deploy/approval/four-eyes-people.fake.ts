/**
 * People as they really are, behind the sessions and tokens that they know of: what Holdfast is not told and has to find out. Everybody here acts
 * only by what Holdfast told them; some take places that are not theirs, or act by several things they know of.
 */
import {
  type Access,
  type Actor,
  addPerson,
  authenticate,
  beginJoining,
  beginSession,
  changePerson,
  createOwnToken,
  createToken,
  ensureLocalToken,
  type Grant,
  grantsNow,
  invitePerson,
  join,
  makeToken,
  removeGroup,
  revokeToken,
  rotateToken,
  setGroup,
} from '../../access/index.ts'
import { TOTP } from 'otpauth'
import { admin } from '../world.ts'

const day = 24 * 3_600_000
const allRights: Grant[] = [{ role: 'admin' }]

/** An account, and who can sign in to it. */
export type Account = {
  readonly login: string
  readonly id: string
  readonly isAdmin: boolean
  isEnabled: boolean
  mayApprove: boolean
  isMember: boolean
  /** Whoever joined last; at first whose it is. Undefined until somebody has. */
  holder: string | undefined
  /** As whom the holder acts until then, when they took a place that is not theirs. */
  impostor: { readonly as: string; readonly until: number } | undefined
  /** Nobody else ever had a link to it. */
  isUntouched: boolean
}

/** A secret of a token that somebody was told. `as`: as whom they act by it, which is mostly themselves. */
type Known = { readonly human: string; readonly as: string; readonly tokenId: string; readonly secret: string }

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
  /** By themselves, with nothing that anybody else had to do with. */
  readonly isPlain: boolean
}

type Chance = (below: number) => number
type Place = { readonly project: string; readonly config: string }

export class People {
  readonly #access: Access
  readonly #chance: Chance
  readonly #place: Place
  readonly accounts: Account[] = []
  readonly #known: Known[] = []
  readonly #owners = new Map<string, string>()
  readonly #revoked = new Set<string>()
  #invitations: Invitation[] = []
  #doesGroupApprove = false
  #count = 0

  constructor(access: Access, chance: Chance, place: Place) {
    this.#access = access
    this.#chance = chance
    this.#place = place
  }

  async begin(): Promise<void> {
    for (const name of ['ada', 'ken', 'mika', 'yuki']) {
      const isAdmin = name === 'ada' || name === 'ken'
      this.#enter(await this.#added(admin, name, isAdmin), name, isAdmin)
    }
    const [account] = this.accounts
    if (account !== undefined) {
      await this.#ownToken(this.#session(account))
      await this.#bot(this.#session(account))
    }
    await setGroup(this.#access, admin, this.#group, { grants: [] })
    await ensureLocalToken(this.#access, {
      held: { token: undefined, accessKeyId: undefined },
      deliver: (secret) => this.#known.push({ human: 'olga', as: 'olga', tokenId: 'local', secret }),
      deliverAwsKey: () => {},
    })
  }

  get #group(): string {
    return `g-${this.#place.config}`
  }
  get #approver(): Grant {
    return { role: 'approver', ...this.#place }
  }
  readonly #pick = <T>(items: readonly T[]): T => items[this.#chance(items.length)] as T
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

  #enter({ person }: Awaited<ReturnType<typeof addPerson>>, holder: string | undefined, isAdmin: boolean): Account {
    const account: Account = {
      ...{ login: person.login, id: person.id, isAdmin, isEnabled: true, mayApprove: true, isMember: false, holder },
      ...{ impostor: undefined, isUntouched: true },
    }
    this.accounts.push(account)
    return account
  }

  // ---- acting

  /** Somebody acts, by something they know of. */
  anybody(): Way {
    const holders = this.accounts.flatMap(({ holder }) => holder ?? [])
    return this.somehow(this.#pick([...new Set([...holders, ...this.#known.map((one) => one.human)])]))
  }

  /** This one acts, by something they know of. */
  somehow(human: string): Way {
    const accounts = this.accounts.filter(({ holder }) => holder === human)
    const known = this.#known.filter((one) => one.human === human)
    // Their place was taken, and they know of nothing else.
    if (accounts.length + known.length === 0) return this.anybody()
    const at = this.#chance(accounts.length + known.length)
    const account = accounts[at]
    return account === undefined ? this.#byToken(known[at - accounts.length] as Known) : this.#session(account)
  }

  /** Who decides about tokens and people. */
  anyAdmin(): Way {
    for (let tries = 0; tries < 6; tries++) {
      const way = this.anybody()
      if (way.actor.grants?.some(({ role, project }) => role === 'admin' && project === undefined) === true) return way
    }
    return this.anybody()
  }

  #session(account: Account): Way {
    const { id, holder = '', impostor, isUntouched } = account
    const grants = grantsNow(this.#access.store.read, id, this.#now)
    const who = (since: number): string =>
      impostor === undefined ? holder : impostor.until > since ? impostor.as : account.login
    const actor: Actor = { type: 'user', id, via: 'ui', grants, person: id }
    return { actor, human: holder, voter: id, who, isPlain: isUntouched }
  }

  #byToken({ human, as, secret }: Known): Way {
    const actor = authenticate(this.#access, secret, 'api')
    return { actor, human, voter: actor.person ?? actor.id, who: () => as, isPlain: false }
  }

  /** Whether whoever voted under this id may still approve. */
  mayApprove(voter: string): boolean {
    const account = this.accounts.find(({ id }) => id === voter)
    if (account === undefined) return !this.#revoked.has(voter)
    const byGroup = account.isMember && this.#doesGroupApprove
    return account.isEnabled && (account.isAdmin || account.mayApprove || byGroup)
  }

  // ---- tokens

  async makeToken(): Promise<string> {
    const way = this.anyAdmin()
    await this.#bot(way)
    return `${way.human} makes bot ${this.#count}`
  }

  async #bot(way: Way): Promise<void> {
    const name = `bot ${++this.#count}`
    const { id, secret } = await createToken(this.#access, way.actor, { name, grants: allRights })
    this.#learn(way, id, secret)
  }

  async makeOwnToken(): Promise<string> {
    const way = this.anybody()
    await this.#ownToken(way)
    return `${way.human} makes one of ${way.voter}'s own`
  }

  async #ownToken(way: Way): Promise<void> {
    const name = `own ${++this.#count}`
    const { id, secret } = await createOwnToken(this.#access, way.actor, { name, grants: allRights })
    this.#owners.set(id, way.voter)
    this.#learn(way, id, secret)
  }

  /** Any token there is, also one of somebody else. */
  async rotate(): Promise<string> {
    const way = this.anyAdmin()
    const { tokenId } = this.#pick(this.#known.filter((one) => one.tokenId !== 'local'))
    const overlapMs = this.#pick([0, 0, 7_200_000])
    const { secret } = await rotateToken(this.#access, way.actor, { id: tokenId, overlapMs })
    this.#learn(way, tokenId, secret)
    return `${way.human} rotates ${tokenId}`
  }

  async revoke(): Promise<string> {
    const way = this.anyAdmin()
    const { tokenId } = this.#pick(this.#known.filter((one) => one.tokenId !== 'local'))
    await revokeToken(this.#access, way.actor, tokenId)
    if (!this.#owners.has(tokenId)) this.#revoked.add(tokenId)
    return `${way.human} revokes ${tokenId}`
  }

  /** Whoever may push starts jobs of a pipeline. */
  async startJob(): Promise<string> {
    const by = { type: 'inbound', id: `ci/${this.#place.config}`, via: 'api' } as const
    const holder = { grants: this.#rights(false, true) }
    const name = `job ${++this.#count}`
    const { id, secret } = await this.#access.store.write((tx) => makeToken(this.#access, tx, { name, holder, by }))
    this.#known.push({ human: 'dev', as: 'dev', tokenId: id, secret })
    return `dev starts ${name}`
  }

  /** As the console would by the link of a token. */
  async signInByToken(): Promise<Way> {
    const known = this.#pick(this.#known)
    const way = this.#byToken(known)
    const { actor } = await beginSession(this.#access, { token: known.secret })
    return { ...way, actor }
  }

  #learn(way: Way, tokenId: string, secret: string): void {
    this.#known.push({ human: way.human, as: way.who(this.#now), tokenId, secret })
  }

  // ---- places in the house

  /** Somebody new; or somebody who has lost everything, as whoever invites them says. */
  async invite(): Promise<string> {
    const way = this.anyAdmin()
    const as = way.who(this.#now)
    if (this.accounts.length < 6 && this.#chance(2) === 0) {
      const name = `new${++this.#count}`
      const added = await this.#added(way.actor, name, false)
      const account = this.#enter(added, undefined, false)
      this.#invitations.push({ account, code: added.join.code, by: way.human, as })
      return `${way.human} adds ${name}`
    }
    const account = this.#pick(this.accounts)
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
    const isTaken = by !== 'olga' && this.#chance(3) > 0
    const { totpSecret } = await beginJoining(this.#access, code)
    const totp = new TOTP({ secret: totpSecret }).generate({ timestamp: this.#now })
    await join(this.#access, { code, totp, password: 'a good long passphrase' })
    const rightful = account.login.replace(`-${this.#place.config}`, '')
    account.holder = isTaken ? by : rightful
    account.impostor = isTaken ? { as, until: this.#now + day } : undefined
    account.isUntouched = false
    return `${account.holder} joins as ${account.login}`
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
    if (this.#chance(4) === 0) {
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
