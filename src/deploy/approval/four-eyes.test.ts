/**
 * Sequences of everything that people can do to get a deployment through, chosen by chance: whatever they do, no call is made before
 * enough others have agreed to exactly its plan. The judge of this test keeps its own book and shares no code with the product.
 * FOUR_EYES_SEQUENCES says how many, FOUR_EYES_FIRST where to begin.
 */
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Access,
  type Actor,
  addPerson,
  authenticate,
  changePerson,
  createOwnToken,
  type Grant,
  openAccess,
} from '../../access/index.ts'
import { HoldfastError, silentLogger } from '../../base/index.ts'
import { openKeyring } from '../../sealing/index.ts'
import { deployRelease } from '../deployment/deploy.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { forwardStates } from '../machine/states.ts'
import { admin, endWorlds, World } from '../world.ts'
import { breakGlass } from './break-glass.ts'
import { protectPlace } from './protect.ts'
import { voteOnDeployment } from './vote.ts'

const sequences = Number(process.env['FOUR_EYES_SEQUENCES'] ?? 60)
const first = Number(process.env['FOUR_EYES_FIRST'] ?? 1)
/** A world is dear; sequences of one share it, each in a place of its own. */
const perWorld = 40

type Someone = {
  readonly login: string
  readonly id: string
  readonly ways: Actor[]
  isEnabled: boolean
  mayApprove: boolean
}
type Cast = {
  readonly person: string
  readonly verdict: 'approve' | 'refuse'
  readonly hash: string
  readonly at: number
}

/** What this test knows of a deployment, of its own observation. */
type Book = {
  readonly id: string
  readonly requester: string
  /** As the place was when it began. */
  readonly atFirst: number
  readonly cast: Cast[]
  isGlassBroken: boolean
  /** Whether it was found to be in order when the first call was seen. */
  isJudged: boolean
}

/** A small generator: the same seed, the same sequence. */
function chanceOf(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

class Sequence {
  readonly #world: World
  readonly #access: Access
  readonly #chance: (below: number) => number
  readonly #place: { readonly project: string; readonly config: string }
  readonly #people: Someone[] = []
  readonly books: Book[] = []
  readonly log: string[] = []
  approved = 0

  constructor(world: World, access: Access, seed: number) {
    this.#world = world
    this.#access = access
    this.#chance = chanceOf(seed)
    this.#place = { project: 'shop/web', config: `c${seed}` }
  }

  #pick<T>(items: readonly T[]): T {
    // Never asked of nothing.
    return items[this.#chance(items.length)] as T
  }

  async begin(): Promise<void> {
    const { config } = this.#place
    for (const name of ['ada', 'ken', 'mika', 'yuki']) {
      const grants: Grant[] = [
        { role: 'deployer', project: 'shop/web' },
        { role: 'approver', project: 'shop/web', config },
        ...(name === 'ada' ? [{ role: 'responder' as const, project: 'shop/web' }] : []),
      ]
      const login = `${name}-${config}`
      const { person } = await addPerson(this.#access, admin, { login, name, grants })
      const own: Actor = { type: 'user', id: person.id, via: 'ui', grants, person: person.id }
      const { secret } = await createOwnToken(this.#access, own, { name: 'laptop', grants: [{ role: 'admin' }] })
      const ways = [own, authenticate(this.#access, secret, 'api')]
      this.#people.push({ login, id: person.id, ways, isEnabled: true, mayApprove: true })
    }
    await this.#protect(1 + this.#chance(2))
  }

  async #protect(approvals: number): Promise<void> {
    await protectPlace(this.#world.deploys, admin, { ...this.#place, approvals, within: '1h' })
    this.#needed = approvals
  }
  #needed = 0

  /** What people do; refusals are part of it. */
  async act(): Promise<void> {
    const acts = [
      ...[this.#deploy, this.#vote, this.#vote, this.#vote, this.#vote, this.#voteWrongly, this.#pass, this.#pass],
      ...[
        this.#disable,
        this.#demote,
        this.#reprotect,
        this.#pause,
        this.#resume,
        this.#halt,
        this.#retry,
        this.#break,
        this.#crash,
      ],
    ]
    try {
      await this.#pick(acts).call(this)
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.log.push(`  refused: ${error.code}`)
    }
    await this.#world.settle()
    this.check()
  }

  #anybody(): Actor {
    const { isEnabled, ways, login } = this.#pick(this.#people)
    const actor = this.#pick(ways)
    this.log.push(`  by ${login}${isEnabled ? '' : ' (disabled)'}`)
    // Whoever is disabled does not get past the door; here is no door.
    return isEnabled ? actor : { ...actor, grants: [] }
  }

  readonly #open = (): Book | undefined => this.books.at(-1)

  async #deploy(): Promise<void> {
    this.log.push('deploy')
    const actor = this.#anybody()
    await this.#world.advance(1000)
    const document = { ...this.#place, services: { web: { instances: 1 + this.#chance(2) } } }
    const { id } = await deployRelease(this.#world.deploys, actor, this.#world.sign(document))
    this.#note(id, actor)
  }

  #note(id: string, actor: Actor): void {
    if (this.books.some((book) => book.id === id)) return
    const requester = actor.person ?? actor.id
    this.books.push({ id, requester, atFirst: this.#needed, cast: [], isGlassBroken: false, isJudged: false })
  }

  async #vote(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    const verdict = this.#chance(6) === 0 ? 'refuse' : 'approve'
    this.log.push(`${verdict} the newest`)
    const actor = this.#anybody()
    const plan = this.#world.deployment(book.id).planHash ?? 'none'
    const cast = { person: actor.person ?? actor.id, verdict, hash: plan, at: this.#world.clock.now() } as const
    await voteOnDeployment(this.#world.deploys, actor, { id: book.id, plan, verdict })
    const before = book.cast.findIndex(({ person }) => person === cast.person)
    if (before >= 0) book.cast.splice(before, 1)
    book.cast.push(cast)
  }

  /** For another plan, or another deployment's. */
  async #voteWrongly(): Promise<void> {
    const book = this.#pick(this.books.length === 0 ? [undefined] : this.books)
    if (book === undefined) return
    this.log.push('approve another plan')
    const other = this.#pick(this.books)
    const own = this.#world.deployment(book.id).planHash
    const plan = this.#world.deployment(other.id).planHash ?? 'f'.repeat(64)
    if (plan === own) return
    await voteOnDeployment(this.#world.deploys, this.#anybody(), { id: book.id, plan, verdict: 'approve' })
    throw new Error(`a vote for ${plan} was taken for ${own}`)
  }

  async #pass(): Promise<void> {
    const ms = this.#pick([1000, 60_000, 1_200_000, 3_599_000])
    this.log.push(`${ms} ms pass`)
    await this.#world.advance(ms)
  }

  /** Rather one who has voted: there it matters. */
  #somebody(): Someone {
    const voters = this.#people.filter(({ id }) => this.#open()?.cast.some(({ person }) => person === id) === true)
    return this.#pick(voters.length > 0 && this.#chance(3) > 0 ? voters : this.#people)
  }

  async #disable(): Promise<void> {
    const someone = this.#somebody()
    someone.isEnabled = !someone.isEnabled
    this.log.push(`${someone.login} is ${someone.isEnabled ? 'enabled' : 'disabled'}`)
    await changePerson(this.#access, admin, someone.login, { disabled: !someone.isEnabled })
  }

  async #demote(): Promise<void> {
    const someone = this.#somebody()
    someone.mayApprove = !someone.mayApprove
    this.log.push(`${someone.login} ${someone.mayApprove ? 'approves again' : 'approves no more'}`)
    const { config } = this.#place
    const grants: Grant[] = [
      { role: 'deployer', project: 'shop/web' },
      ...(someone.mayApprove ? [{ role: 'approver' as const, project: 'shop/web', config }] : []),
    ]
    await changePerson(this.#access, admin, someone.login, { grants })
    // As the door would see them from now on.
    someone.ways.splice(0, 2, ...someone.ways.map((way) => ({ ...way, grants })))
  }

  async #reprotect(): Promise<void> {
    const approvals = this.#chance(4)
    this.log.push(`the place needs ${approvals}`)
    await this.#protect(approvals)
  }

  async #pause(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    this.log.push('pause')
    await pauseDeployment(this.#world.deploys, this.#anybody(), { id: book.id })
  }

  async #resume(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    const from = this.#pick([undefined, ...forwardStates])
    this.log.push(`resume from ${from}`)
    await resumeDeployment(this.#world.deploys, this.#anybody(), {
      id: book.id,
      ...(from === undefined ? {} : { from }),
    })
  }

  async #halt(): Promise<void> {
    const book = this.#open()
    if (book === undefined || this.#chance(3) > 0) return
    this.log.push('halt')
    await haltDeployment(this.#world.deploys, this.#anybody(), { id: book.id })
  }

  async #retry(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    this.log.push('retry')
    const actor = this.#anybody()
    const from = this.#pick([undefined, 'MakeRoom', 'Switch'])
    const { id } = await retryDeployment(this.#world.deploys, actor, {
      id: book.id,
      ...(from === undefined ? {} : { from }),
    })
    this.#note(id, actor)
  }

  async #break(): Promise<void> {
    const book = this.#open()
    if (book === undefined || this.#chance(4) > 0) return
    this.log.push('break the glass')
    await breakGlass(this.#world.deploys, this.#anybody(), { id: book.id, reason: 'by chance, in a test' })
    book.isGlassBroken = true
  }

  async #crash(): Promise<void> {
    if (this.#chance(5) > 0) return
    this.log.push('the process dies')
    await this.#world.crash()
  }

  /** Looked at after each act: so the rights are those of the moment in which it went through, or of before it. */
  check(): void {
    const now = this.#world.clock.now()
    for (const book of this.books) {
      if (book.isJudged || this.#calls(book.id) === 0) continue
      book.isJudged = true
      const needed = Math.max(book.atFirst, this.#needed)
      if (book.isGlassBroken || needed === 0) continue
      const { planHash, progress } = this.#world.deployment(book.id)
      const until = progress.approval?.expiresAt ?? 0
      const mayNow = new Map(this.#people.map(({ id, isEnabled, mayApprove }) => [id, isEnabled && mayApprove]))
      const good = book.cast.filter(
        ({ person, verdict, hash, at }) =>
          person !== book.requester &&
          verdict === 'approve' &&
          hash === planHash &&
          at < until &&
          at <= now &&
          mayNow.get(person) === true,
      )
      const others = new Set(good.map(({ person }) => person)).size
      if (others < needed || book.cast.some(({ verdict }) => verdict === 'refuse')) {
        throw new Error(`${book.id} went ahead with ${others} of ${needed}\n${this.log.join('\n')}`)
      }
      this.approved++
    }
  }

  #calls(id: string): number {
    return this.#world.rows('SELECT call_id FROM deploy_intent WHERE deployment = ? LIMIT 1', id).length
  }
}

describe('four eyes', () => {
  afterAll(endWorlds)

  it(`are never got around, in ${sequences} sequences`, { timeout: 3_600_000 }, async () => {
    let approved = 0
    for (let begin = 0; begin < sequences; begin += perWorld) {
      const world = await new World().begin()
      let chance = begin + 1
      const randomBytes = (length: number): Uint8Array =>
        Uint8Array.from({ length }, (_, at) =>
          at < 3 ? ((++chance * 7919) >> (8 * at)) & 0xff : (chance * 31 + at) & 0xff,
        )
      const keyring = openKeyring({ keys: () => [{ id: '0', key: new Uint8Array(32) }], randomBytes })
      const access = openAccess({ store: world.store, clock: world.clock, logger: silentLogger, randomBytes, keyring })
      for (let index = begin; index < Math.min(begin + perWorld, sequences); index++) {
        const sequence = new Sequence(world, access, first + index)
        try {
          await sequence.begin()
          for (let step = 0; step < 25; step++) await sequence.act()
        } catch (error) {
          throw new Error(`seed ${first + index}: ${String(error)}`, { cause: error })
        }
        approved += sequence.approved
      }
      await endWorlds()
    }
    // Otherwise nothing was tried.
    expect(approved).toBeGreaterThan(sequences / 20)
  })
})
