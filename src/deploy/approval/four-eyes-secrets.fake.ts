/**
 * Secrets of tokens, and who truly knows each of them: the tokens of programs, of people, of jobs and of the owner of the machine, their keys
 * for AWS's tools, and the sessions and logins of command lines that are begun by them.
 */
import {
  type Access,
  type Actor,
  askToLogIn,
  authenticate,
  authenticateSession,
  type AwsKey,
  beginSession,
  createOwnToken,
  createToken,
  decideLogin,
  ensureLocalToken,
  findAwsKey,
  type Grant,
  inviteToSignIn,
  makeToken,
  revokeToken,
  rotateToken,
  takeLogin,
} from '../../access/index.ts'
import type { Chance } from './four-eyes-chance.fake.ts'
import type { Way } from './four-eyes-people.fake.ts'

/** Of the machine: whoever has its data folder. */
export const owner = 'olga'
/** Whoever may push. */
export const pusher = 'dev'

const hour = 3_600_000
export const allRights: Grant[] = [{ role: 'admin' }]

/** What this book knows of a token. */
export type Token = {
  readonly id: string
  /** Id of the person whose it is. */
  readonly person: string | undefined
  /** What it was given, whatever its person may: everything, to approve and ship, or only to ship. */
  readonly may: 'all' | 'approve' | 'ship'
  readonly until: number
  isRevoked: boolean
  /** Nothing is written of who made it, as it was before that was kept. */
  isOld: boolean
  /** The one of the data folder. */
  readonly isMachines: boolean
}

/** A secret that somebody was told. `as`: as whom they act by it, which is mostly themselves. */
export type Known = {
  readonly human: string
  readonly as: string
  readonly token: Token
  readonly secret: { readonly text: string } | { readonly accessKeyId: string }
}

type Told = { readonly id: string; readonly secret: string; readonly awsKey?: AwsKey }

export class Secrets {
  readonly #access: Access
  readonly #chance: Chance
  /** Of who ships and, if told, approves. */
  readonly #rights: (mayApprove: boolean) => Grant[]
  readonly #issuer: string
  readonly known: Known[] = []
  #count = 0

  constructor(access: Access, chance: Chance, place: { readonly project: string; readonly config: string }) {
    this.#access = access
    this.#chance = chance
    const { project, config } = place
    this.#issuer = config
    this.#rights = (mayApprove) => [
      { role: 'deployer', project },
      ...(mayApprove ? [{ role: 'approver', ...place } as const] : []),
    ]
  }

  get #now(): number {
    return this.#access.clock.now()
  }
  /** Those that come and go: the one of the machine is made anew instead. */
  get #passing(): readonly Known[] {
    return this.known.filter(({ token }) => !token.isMachines)
  }

  /** Of a token that is nobody's. Undefined when there is none of this id. */
  find(id: string): Token | undefined {
    return this.known.find(({ token }) => token.id === id)?.token
  }

  // ---- acting by them

  open({ secret }: Known): Actor {
    if ('text' in secret) return authenticate(this.#access, secret.text, 'api')
    // Good no more: refused as every other secret.
    return findAwsKey(this.#access, secret.accessKeyId, 'api')?.actor ?? authenticate(this.#access, undefined, 'api')
  }

  /** As the console would, by the link that a command line asks for, or by the token itself. */
  async session(known: Known): Promise<Actor> {
    const { secret } = known
    const signIn =
      'text' in secret && this.#chance.below(2) === 0
        ? { token: secret.text }
        : { code: (await inviteToSignIn(this.#access, this.open(known))).code }
    const begun = await beginSession(this.#access, signIn)
    return authenticateSession(this.#access, begun)
  }

  // ---- making them

  async bot(way: Way): Promise<string> {
    const name = `bot ${++this.#count}`
    const { may, grants, ...request } = this.#request()
    const told = await createToken(this.#access, way.actor, { name, grants, ...request })
    this.#learn(way, told, { may, person: undefined, until: request.expiresAt })
    return `${way.human} makes ${name}, which may ${may}${request.awsKey ? ', with keys' : ''}`
  }

  async own(way: Way): Promise<string> {
    const name = `own ${++this.#count}`
    const { may, grants, ...request } = this.#request()
    const told = await createOwnToken(this.#access, way.actor, { name, grants, ...request })
    this.#learn(way, told, { may, person: way.voter, until: request.expiresAt })
    return `${way.human} makes one of ${way.voter}'s own, which may ${may}`
  }

  #request() {
    const may = this.#chance.pick(['all', 'all', 'approve', 'ship'] as const)
    const grants = may === 'all' ? allRights : this.#rights(may === 'approve')
    const ends = this.#chance.below(4) === 0 ? { expiresAt: this.#now + hour } : {}
    return { may, grants, awsKey: this.#chance.below(2) === 0, ...ends } as const
  }

  /** A command line asks, and whoever has something of a person says yes. */
  async logIn(way: Way): Promise<string> {
    // A command line may call itself as the token of the machine is called.
    const name = this.#chance.pick(['local', `line ${++this.#count}`])
    const { device, code } = await askToLogIn(this.#access, name)
    await decideLogin(this.#access, way.actor, { code, verdict: 'allow' })
    const taken = await takeLogin(this.#access, device)
    if (taken === undefined) return 'nobody has said yes'
    this.#learn(way, taken, { may: 'all', person: way.voter, until: taken.expiresAt })
    return `${way.human} signs a command line in as ${way.voter}`
  }

  /** Whoever may push starts jobs of a pipeline. */
  async job(): Promise<string> {
    const by = { type: 'inbound', id: `ci/${this.#issuer}`, via: 'api' } as const
    const holder = { grants: this.#rights(true) }
    const name = `job ${++this.#count}`
    const told = await this.#access.store.write((tx) => makeToken(this.#access, tx, { name, holder, by }))
    this.#keep({ human: pusher, as: pusher }, told, { may: 'approve', person: undefined })
    return `${pusher} starts ${name}`
  }

  /** What the data folder holds is lost, or not there yet. */
  async ownersOwn(): Promise<string> {
    const told: Known['secret'][] = []
    await ensureLocalToken(this.#access, {
      held: { token: undefined, accessKeyId: undefined },
      deliver: (text) => told.push({ text }),
      deliverAwsKey: ({ accessKeyId }) => told.push({ accessKeyId }),
    })
    for (const { token } of this.known) if (token.isMachines) token.isRevoked = true
    const [first] = told
    const { id } = authenticate(this.#access, first !== undefined && 'text' in first ? first.text : undefined, 'api')
    const token: Token = { ...newToken(id, { may: 'all', person: undefined }), isMachines: true }
    for (const secret of told) this.known.push({ human: owner, as: owner, token, secret })
    return `${owner} has a token of the machine made anew`
  }

  #learn(way: Way, told: Told, token: NewToken): void {
    this.#keep({ human: way.human, as: way.who(this.#now) }, told, token)
  }

  #keep(by: Pick<Known, 'human' | 'as'>, { id, secret, awsKey }: Told, made: NewToken): void {
    const token = newToken(id, made)
    this.known.push({ ...by, token, secret: { text: secret } })
    if (awsKey !== undefined) this.known.push({ ...by, token, secret: { accessKeyId: awsKey.accessKeyId } })
  }

  // ---- what becomes of them

  /** Any token there is, also one of somebody else. */
  async rotate(way: Way): Promise<string> {
    const old = this.#passing.filter((known) => known.token.isOld)
    const { token } = this.#chance.pick(old.length > 0 && this.#chance.below(2) === 0 ? old : this.#passing)
    const overlapMs = this.#chance.pick([0, 0, 2 * hour])
    const { secret } = await rotateToken(this.#access, way.actor, { id: token.id, overlapMs })
    this.known.push({ human: way.human, as: way.who(this.#now), token, secret: { text: secret } })
    return `${way.human} rotates ${token.id}`
  }

  async revoke(way: Way): Promise<string> {
    const { token } = this.#chance.pick(this.#passing)
    await revokeToken(this.#access, way.actor, token.id)
    token.isRevoked = true
    return `${way.human} revokes ${token.id}`
  }

  /** As if it had been there before it was written down who made it. */
  async age(): Promise<string> {
    const { token } = this.#chance.pick(this.#passing)
    token.isOld = true
    await this.#access.store.write((tx) => {
      tx.prepare('DELETE FROM access_token_hand WHERE token_id = ?').run(token.id)
      tx.prepare("INSERT INTO access_token_hand (token_id, hand) VALUES (?, 'unknown')").run(token.id)
    })
    return `nobody knows who made ${token.id}`
  }
}

type NewToken = Pick<Token, 'may' | 'person'> & { readonly until?: number | undefined }

const newToken = (id: string, { may, person, until = Infinity }: NewToken): Token => ({
  ...{ id, may, person, until, isRevoked: false, isOld: false, isMachines: false },
})
