/**
 * Sequences of everything that people can do to get a deployment through, chosen by chance: whatever they do, no call is made before
 * enough others have agreed to exactly its plan. The judge of this test knows which human truly acted, by whatever session or token, keeps its
 * own book and shares no code with the product. FOUR_EYES_SEQUENCES says how many, FOUR_EYES_FIRST where to begin.
 */
import { afterAll, describe, expect, it } from 'vitest'
import type { Access } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { deployRelease } from '../deployment/deploy.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { forwardStates } from '../machine/states.ts'
import { admin, endWorlds, World } from '../world.ts'
import { breakGlass, reviewGlass } from './break-glass.ts'
import { type Account, People, type Way } from './four-eyes-people.fake.ts'
import { protectPlace } from './protect.ts'
import { voteOnDeployment } from './vote.ts'

const sequences = Number(process.env['FOUR_EYES_SEQUENCES'] ?? 40)
const first = Number(process.env['FOUR_EYES_FIRST'] ?? 1)
/** A world is dear; sequences of one share it, each in a place of its own. */
const perWorld = 40

type Cast = {
  readonly voter: string
  /** Who it truly was. */
  readonly who: string
  readonly verdict: 'approve' | 'refuse'
  readonly hash: string
  readonly at: number
}

/** What this test knows of a deployment, of its own observation. */
type Book = {
  readonly id: string
  readonly requester: Way
  /** Who it truly was, and when. */
  readonly who: string
  readonly at: number
  /** As the place was when it began. */
  readonly atFirst: number
  readonly cast: Cast[]
  /** Who truly did it. */
  brokenBy: string | undefined
  brokenAt: number
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

/** How often it was tried to be two by what only one had in hand. */
let refusedAsOne = 0

class Sequence {
  readonly #world: World
  readonly #chance: (below: number) => number
  readonly #place: { readonly project: string; readonly config: string }
  readonly #people: People
  readonly books: Book[] = []
  readonly log: string[] = []
  approved = 0

  constructor(world: World, access: Access, seed: number) {
    this.#world = world
    this.#chance = chanceOf(seed)
    this.#place = { project: 'shop/web', config: `c${seed}` }
    this.#people = new People(access, this.#chance, this.#place)
  }

  #pick<T>(items: readonly T[]): T {
    // Never asked of nothing.
    return items[this.#chance(items.length)] as T
  }

  async begin(): Promise<void> {
    await this.#people.begin()
    await this.#protect(1 + this.#chance(2))
  }

  /** What still waits would look up each minute of the sequences that follow. */
  async end(): Promise<void> {
    for (const { id } of this.books) {
      if (this.#world.deployment(id).endedAt !== null) continue
      await haltDeployment(this.#world.deploys, admin, { id })
      await this.#world.untilEnded(id)
    }
  }

  async #protect(approvals: number): Promise<void> {
    await protectPlace(this.#world.deploys, admin, {
      ...{ ...this.#place, approvals, within: this.#chance(8) === 0 ? '2d' : '1h' },
    })
    this.#needed = approvals
  }
  #needed = 0

  /** What people do; refusals are part of it. */
  async act(): Promise<void> {
    const isOpen = this.books.some(({ id }) => this.#world.deployment(id).endedAt === null)
    const which = this.#chance(10)
    const onward = isOpen ? this.#vote : this.#deploy
    await this.#attempt(which < 5 ? onward : which < 8 ? this.#pick(this.#amongPeople) : this.#pick(this.#around))
    await this.#world.settle()
    this.check()
  }

  /** Only what goes on among people, before anything is deployed. */
  async prepare(): Promise<void> {
    await this.#attempt(this.#pick(this.#amongPeople))
  }

  get #amongPeople(): readonly (() => Promise<void>)[] {
    const people = this.#people
    const acts = [
      ...[() => people.makeToken(), () => people.makeToken(), () => people.makeOwnToken(), () => people.startJob()],
      ...[() => people.rotate(), () => people.rotate(), () => people.revoke(), () => people.changeGroup()],
      ...[() => people.invite(), () => people.invite(), () => people.takeInvitation(), () => people.takeInvitation()],
      ...[() => people.disable(this.#somebody()), () => people.demote(this.#somebody())],
      () => people.regroup(this.#somebody()),
    ]
    return acts.map((act) => async () => {
      this.log.push(await act())
    })
  }

  readonly #around = [
    ...[this.#pass, this.#pass, this.#voteWrongly, this.#reprotect, this.#pause, this.#resume, this.#halt],
    ...[this.#retry, this.#break, this.#review, this.#crash, this.#tamper],
  ]

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act.call(this)
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.log.push(`  refused: ${error.code}`)
    }
  }

  #anybody(): Way {
    const way = this.#people.anybody()
    this.log.push(`  by ${way.human} as ${way.voter}`)
    return way
  }

  readonly #open = (): Book | undefined => this.books.at(-1)

  async #deploy(): Promise<void> {
    this.log.push('deploy')
    await this.#world.advance(1000)
    const way = this.#anybody()
    const document = { ...this.#place, services: { web: { instances: 1 + this.#chance(2) } } }
    const { id } = await deployRelease(this.#world.deploys, way.actor, this.#world.sign(document))
    this.#note(id, way)
  }

  #note(id: string, requester: Way): void {
    if (this.books.some((book) => book.id === id)) return
    const at = this.#world.clock.now()
    const asked = { id, requester, who: requester.who(at), at, atFirst: this.#needed }
    this.books.push({ ...asked, cast: [], brokenBy: undefined, brokenAt: 0, isJudged: false })
  }

  async #vote(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    const verdict = this.#chance(6) === 0 ? 'refuse' : 'approve'
    this.log.push(`${verdict} the newest`)
    const way = await this.#voter(book)
    const plan = this.#world.deployment(book.id).planHash ?? 'none'
    const cast = { voter: way.voter, who: way.who(book.at), verdict, hash: plan, at: this.#world.clock.now() } as const
    await this.#asSomebodyElse(book, way, () =>
      voteOnDeployment(this.#world.deploys, way.actor, { id: book.id, plan, verdict }),
    )
    const before = book.cast.findIndex(({ voter }) => voter === cast.voter)
    if (before >= 0) book.cast.splice(before, 1)
    book.cast.push(cast)
  }

  /** Often whoever asked, by whatever else they have. */
  async #voter(book: Book): Promise<Way> {
    const which = this.#chance(5)
    if (which === 0) return this.#people.signInByToken()
    if (which > 1) return this.#anybody()
    const way = this.#people.somehow(book.requester.human)
    this.log.push(`  by ${way.human}, who asked, as ${way.voter}`)
    return way
  }

  /** Whoever is plainly somebody else is never taken for who asked. */
  async #asSomebodyElse(book: Book, way: Way, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'deploy.own_request') throw error
      const isPlain = way.isPlain && book.requester.isPlain
      if (isPlain && way.human !== book.requester.human)
        throw new Error(`${way.human} is nobody else`, { cause: error })
      refusedAsOne++
      throw error
    }
  }

  /** For another plan, or another deployment's. */
  async #voteWrongly(): Promise<void> {
    const book = this.#pick(this.books.length === 0 ? [undefined] : this.books)
    if (book === undefined) return
    this.log.push('approve another plan')
    const own = this.#world.deployment(book.id).planHash
    // Of the same place, or of any other one.
    const others = this.#world.rows<{ hash: string }>(
      'SELECT plan_hash AS hash FROM deployment WHERE plan_hash IS NOT NULL ORDER BY position DESC LIMIT 9',
    )
    const plan = this.#pick([...others.map(({ hash }) => hash), 'f'.repeat(64)])
    if (plan === own) return
    await voteOnDeployment(this.#world.deploys, this.#anybody().actor, { id: book.id, plan, verdict: 'approve' })
    throw new Error(`a vote for ${plan} was taken for ${own}`)
  }

  async #pass(): Promise<void> {
    // A deployment that waits looks up each minute, so a day with one is dear.
    const isOpen = this.books.some(({ id }) => this.#world.deployment(id).endedAt === null)
    const days = isOpen && this.#chance(20) > 0 ? [] : [90_000_000]
    const ms = this.#pick([1000, 60_000, 1_200_000, 3_599_000, ...days])
    this.log.push(`${ms} ms pass`)
    await this.#world.advance(ms)
  }

  /** Rather one who has voted: there it matters. */
  #somebody(): Account {
    const { accounts } = this.#people
    const voters = accounts.filter(({ id }) => this.#open()?.cast.some(({ voter }) => voter === id) === true)
    return this.#pick(voters.length > 0 && this.#chance(3) > 0 ? voters : accounts)
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
    await pauseDeployment(this.#world.deploys, this.#anybody().actor, { id: book.id })
  }

  async #resume(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    const from = this.#pick([undefined, ...forwardStates])
    this.log.push(`resume from ${from}`)
    await resumeDeployment(this.#world.deploys, this.#anybody().actor, {
      id: book.id,
      ...(from === undefined ? {} : { from }),
    })
  }

  async #halt(): Promise<void> {
    const book = this.#open()
    if (book === undefined || this.#chance(2) > 0) return
    this.log.push('halt')
    await haltDeployment(this.#world.deploys, this.#anybody().actor, { id: book.id })
  }

  async #retry(): Promise<void> {
    const book = this.#open()
    if (book === undefined) return
    this.log.push('retry')
    const way = this.#anybody()
    const from = this.#pick([undefined, 'MakeRoom', 'Switch'])
    const { id } = await retryDeployment(this.#world.deploys, way.actor, {
      id: book.id,
      ...(from === undefined ? {} : { from }),
    })
    this.#note(id, way)
  }

  async #break(): Promise<void> {
    const book = this.#open()
    if (book === undefined || this.#chance(4) > 0) return
    this.log.push('break the glass')
    const way = this.#anybody()
    const who = way.who(this.#world.clock.now())
    await breakGlass(this.#world.deploys, way.actor, { id: book.id, reason: 'by chance, in a test' })
    book.brokenBy = who
    book.brokenAt = this.#world.clock.now()
  }

  async #review(): Promise<void> {
    const book = this.books.findLast(({ brokenBy }) => brokenBy !== undefined)
    if (book === undefined) return
    this.log.push('review')
    const way = this.#anybody()
    const who = way.who(book.brokenAt)
    await reviewGlass(this.#world.deploys, way.actor, { id: book.id, note: 'looked at' })
    if (who === book.brokenBy) throw new Error(`${who} reviews what ${who} did\n${this.log.join('\n')}`)
  }

  /** Somebody has the database in their hands, after others have agreed. */
  async #tamper(): Promise<void> {
    const book = this.#open()
    if (book === undefined || this.#chance(4) > 0 || this.#calls(book.id) > 0) return
    this.log.push('the plan is another one')
    const hash = `${this.#chance(9)}`.repeat(64)
    await this.#world.store.write((tx) =>
      tx.prepare('UPDATE deployment SET plan_hash = ? WHERE id = ? AND plan_hash IS NOT NULL').run(hash, book.id),
    )
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
      if (book.brokenBy !== undefined || needed === 0) continue
      const { planHash, progress } = this.#world.deployment(book.id)
      const until = progress.approval?.expiresAt ?? 0
      const good = book.cast.filter(
        ({ voter, who, verdict, hash, at }) =>
          who !== book.who &&
          verdict === 'approve' &&
          hash === planHash &&
          at < until &&
          at <= now &&
          this.#people.mayApprove(voter),
      )
      const others = new Set(good.map(({ who }) => who)).size
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
      const access = world.access()
      for (let index = begin; index < Math.min(begin + perWorld, sequences); index++) {
        const sequence = new Sequence(world, access, first + index)
        try {
          await sequence.begin()
          for (let step = 0; step < 6; step++) await sequence.prepare()
          for (let step = 0; step < 25; step++) await sequence.act()
          await sequence.end()
        } catch (error) {
          throw new Error(`seed ${first + index}: ${String(error)}`, { cause: error })
        }
        approved += sequence.approved
      }
      await endWorlds()
    }
    // Otherwise nothing was tried.
    expect(approved).toBeGreaterThan(sequences / 5)
    expect(refusedAsOne).toBeGreaterThan(sequences / 2)
    if (sequences > 1000) process.stdout.write(`${approved} went ahead, ${refusedAsOne} times one was not two\n`)
  })
})
