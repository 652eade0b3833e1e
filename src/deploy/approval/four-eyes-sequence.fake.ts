/**
 * One sequence of what people can do to get a deployment through, chosen by chance, in a place of its own. Throws as soon as one goes ahead
 * that must not.
 */
import type { Access } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { deployRelease } from '../deployment/deploy.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { rollBack } from '../deployment/rollback.ts'
import { forwardStates } from '../machine/states.ts'
import { admin, type World } from '../world.ts'
import { breakGlass, reviewGlass } from './break-glass.ts'
import { Book, type Finding } from './four-eyes-book.fake.ts'
import { type Chance, chanceOf } from './four-eyes-chance.fake.ts'
import { type Account, People, type Way } from './four-eyes-people.fake.ts'
import { protectPlace } from './protect.ts'
import { voteOnDeployment } from './vote.ts'

const [minute, hour] = [60_000, 3_600_000]
const day = 24 * hour

/** How each call of a plan begins to say what it does, and how one that somebody has put there does. */
const [says, foisted] = ['"says":"', '"says":"foisted: ']

export class Sequence {
  readonly #world: World
  readonly #chance: Chance
  readonly #place: { readonly project: string; readonly config: string }
  readonly #people: People
  readonly #books: Book[] = []
  /** What has gone ahead in order, and may come back without being asked for. */
  readonly #served = new Set<string>()
  readonly #back: string[] = []
  readonly #log: string[] = []
  #needed = 0
  #waitsMs = 0
  /** How often it went ahead, and how. */
  readonly found: Record<Finding | 'back' | 'foisted' | 'reviewed' | 'refused as one', number>

  constructor(world: World, access: Access, seed: number) {
    this.#world = world
    this.#chance = chanceOf(seed)
    this.#place = { project: 'shop/web', config: `c${seed}` }
    this.#people = new People(access, this.#chance, this.#place)
    this.found = { free: 0, approved: 0, broken: 0, back: 0, foisted: 0, reviewed: 0, 'refused as one': 0 }
  }

  /** @throws Error with all that was done before */
  async play(): Promise<void> {
    try {
      await this.#people.begin()
      await this.#protect(1 + this.#chance.below(2))
      for (let step = 0; step < 12; step++) await this.#attempt(this.#chance.pick(this.#amongPeople))
      for (let step = 0; step < 35; step++) await this.#act()
      await this.#end()
    } catch (error) {
      throw new Error(`${String(error)}\n${this.#log.join('\n')}`, { cause: error })
    }
  }

  /** What still waits would look up each minute of the sequences that follow. */
  async #end(): Promise<void> {
    for (const id of [...this.#books.map((book) => book.id), ...this.#back]) {
      const { endedAt, committedAt } = this.#world.deployment(id)
      if (endedAt !== null) continue
      // What was tampered with after the traffic went over stands still until it is put right.
      await this.#changePlan(id, foisted, says)
      await this.#world.store.write((tx) =>
        tx
          .prepare('UPDATE deployment SET plan_hash = approved_plan WHERE id = ? AND approved_plan IS NOT NULL')
          .run(id),
      )
      if (committedAt === null) await haltDeployment(this.#world.deploys, admin, { id })
      await this.#world.untilEnded(id)
    }
  }

  async #protect(approvals: number): Promise<void> {
    const hours = this.#chance.below(4) === 0 ? 48 : 1
    await protectPlace(this.#world.deploys, admin, { ...this.#place, approvals, within: `${hours}h` })
    this.#needed = approvals
    // Where nobody is asked nothing says how long.
    this.#waitsMs = approvals === 0 ? 4 * hour : hours * hour
  }

  /** What people do; refusals are part of it. */
  async #act(): Promise<void> {
    const which = this.#chance.below(10)
    await this.#attempt(which < 5 ? this.#onward : this.#chance.pick(which < 7 ? this.#amongPeople : this.#around))
    await this.#world.settle()
    this.#check()
  }

  get #newest(): Book | undefined {
    return this.#books.at(-1)
  }
  /** What there is to be done next by whoever wants it through. */
  get #onward(): () => Promise<void> {
    if (this.#unreviewed !== undefined && this.#chance.below(3) === 0) return this.#review
    const newest = this.#books.findLast(({ id }) => this.#isOpen(id))
    if (newest === undefined) return this.#back.some(this.#isOpen) ? this.#pass : this.#deploy
    if (newest.hasBegun && this.#chance.below(3) > 0) return this.#pass
    return (this.#people.bondEndsIn ?? day) <= 10 * minute && this.#chance.below(3) === 0 ? this.#passBond : this.#vote
  }

  get #unreviewed(): Book | undefined {
    return this.#books.findLast(({ glass, isReviewed }) => glass !== undefined && !isReviewed)
  }

  readonly #isOpen = (id: string): boolean => this.#world.deployment(id).endedAt === null

  /** What goes on among people, whatever is deployed. */
  get #amongPeople(): readonly (() => Promise<void>)[] {
    const people = this.#people
    const { secrets } = people
    const acts = [
      ...[people.makeToken, people.makeToken, people.makeOwnToken, people.logIn, () => secrets.job()],
      ...[people.rotate, people.rotate, people.revoke, () => secrets.ownersOwn()],
      ...Array.from({ length: 3 }, () => [() => people.invite(), () => people.takeInvitation()]).flat(),
      ...[() => people.disable(this.#somebody()), () => people.demote(this.#somebody())],
      ...[() => people.regroup(this.#somebody()), () => people.changeGroup()],
      ...(this.#chance.below(2) === 0 ? [() => secrets.age()] : []),
    ]
    const told = acts.map((act) => async () => {
      this.#log.push(await act())
    })
    return [...told, this.#rest, this.#rest, this.#rest]
  }

  readonly #around = [
    ...[this.#pass, this.#pass, this.#voteWrongly, this.#reprotect, this.#pause, this.#resume, this.#halt],
    ...[
      this.#retry,
      this.#break,
      this.#review,
      this.#review,
      this.#crash,
      this.#tamper,
      this.#rollBack,
      this.#rollBack,
    ],
  ]

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act.call(this)
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.#log.push(`  refused: ${error.code}`)
    }
  }

  #as(way: Way): Way {
    this.#log.push(`  by ${way.human} as ${way.voter}`)
    return way
  }
  readonly #anybody = (): Way => this.#as(this.#people.anybody())

  async #deploy(): Promise<void> {
    this.#log.push('deploy')
    await this.#world.advance(1000)
    const way = this.#chance.below(3) === 0 ? this.#as(this.#people.anySchemer()) : this.#anybody()
    const document = { ...this.#place, services: { web: { instances: 1 + this.#chance.below(2) } } }
    const { id } = await deployRelease(this.#world.deploys, way.actor, this.#world.sign(document))
    this.#note(id, way)
  }

  #note(id: string, requester: Way): void {
    if (this.#books.some((book) => book.id === id)) return
    const { releaseId } = this.#world.deployment(id)
    this.#books.push(new Book({ id, releaseId, requester, at: this.#world.clock.now(), needed: this.#needed }))
  }

  async #vote(): Promise<void> {
    const book = this.#newest
    if (book === undefined) return
    const verdict = this.#chance.below(6) === 0 ? 'refuse' : 'approve'
    this.#log.push(`${verdict} the newest`)
    const way = await this.#somehow(book.requester)
    const hash = this.#world.deployment(book.id).planHash ?? 'none'
    await this.#asSomebodyElse(book.requester, way, () =>
      voteOnDeployment(this.#world.deploys, way.actor, { id: book.id, plan: hash, verdict }),
    )
    if (!way.mayApprove) throw new Error(`${way.human} voted as ${way.voter}, who may not`)
    const [who, at] = [way.who(book.at), this.#world.clock.now()]
    book.note({ voter: way.voter, who, verdict, hash, at })
  }

  /** Often whoever did the first half, by whatever else they have. */
  async #somehow(first: Way): Promise<Way> {
    const which = this.#chance.below(6)
    if (which === 0) return this.#as(await this.#people.bySessionOfToken())
    return which > 3 ? this.#anybody() : this.#as(this.#people.somehow(first.human))
  }

  /** Whoever is plainly somebody else is never taken for who did the first half. */
  async #asSomebodyElse(first: Way, way: Way, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'deploy.own_request') throw error
      const isPlain = way.isPlain && first.isPlain
      if (isPlain && way.human !== first.human) throw new Error(`${way.human} is nobody else`, { cause: error })
      this.found['refused as one']++
      throw error
    }
  }

  /** For another plan, or another deployment's. */
  async #voteWrongly(): Promise<void> {
    if (this.#books.length === 0) return
    const book = this.#chance.pick(this.#books)
    this.#log.push('approve another plan')
    const own = this.#world.deployment(book.id).planHash
    // Of the same place, or of any other one.
    const others = this.#world.rows<{ hash: string }>(
      'SELECT plan_hash AS hash FROM deployment WHERE plan_hash IS NOT NULL ORDER BY position DESC LIMIT 9',
    )
    const plan = this.#chance.pick([...others.map(({ hash }) => hash), 'f'.repeat(64)])
    if (plan === own) return
    await voteOnDeployment(this.#world.deploys, this.#anybody().actor, { id: book.id, plan, verdict: 'approve' })
    throw new Error(`a vote for ${plan} was taken for ${own}`)
  }

  async #pass(): Promise<void> {
    await this.#passes(this.#chance.pick([1000, minute, 20 * minute, hour - 1000]))
  }

  /** What waits looks up each minute, and what is paused too, though it does less: so a day with it is dear. */
  async #rest(): Promise<void> {
    const controls = this.#books.map(({ id }) => this.#control(id))
    const oneIn = controls.some((one) => one === 'run' || one === 'halt') ? 30 : controls.includes('pause') ? 3 : 1
    if (this.#chance.below(oneIn) > 0) return this.#passes(this.#chance.pick([1000, minute]))
    // Rather until shortly before somebody is trusted.
    const soon = (this.#people.bondEndsIn ?? 0) - 10 * minute
    const isSoon = soon > 0 && this.#chance.below(2) === 0
    await this.#passes(isSoon ? soon : this.#chance.pick([day, day + hour, 2 * hour]))
  }

  /** Whoever was asked before somebody is trusted has them still as one with who invited them. */
  async #passBond(): Promise<void> {
    await this.#passes(this.#people.bondEndsIn ?? minute)
  }

  #control(id: string): string {
    const { endedAt, control } = this.#world.deployment(id)
    return endedAt === null ? control : 'ended'
  }

  async #passes(ms: number): Promise<void> {
    this.#log.push(`${ms} ms pass`)
    await this.#world.advance(ms)
  }

  /** Rather one who has voted: there it matters. */
  #somebody(): Account {
    const { accounts } = this.#people
    const voters = accounts.filter(({ id }) => this.#newest?.hasVoteOf(id) === true)
    return this.#chance.pick(voters.length > 0 && this.#chance.below(3) > 0 ? voters : accounts)
  }

  async #reprotect(): Promise<void> {
    const approvals = this.#chance.below(4)
    this.#log.push(`the place needs ${approvals}`)
    await this.#protect(approvals)
  }

  async #pause(): Promise<void> {
    if (this.#newest === undefined) return
    this.#log.push('pause')
    await pauseDeployment(this.#world.deploys, this.#anybody().actor, { id: this.#newest.id })
  }

  async #resume(): Promise<void> {
    if (this.#newest === undefined) return
    const from = this.#chance.pick([undefined, ...forwardStates])
    this.#log.push(`resume from ${from}`)
    await resumeDeployment(this.#world.deploys, this.#anybody().actor, {
      id: this.#newest.id,
      ...(from === undefined ? {} : { from }),
    })
  }

  async #halt(): Promise<void> {
    if (this.#newest === undefined || this.#chance.below(2) > 0) return
    this.#log.push('halt')
    await haltDeployment(this.#world.deploys, this.#anybody().actor, { id: this.#newest.id })
  }

  async #retry(): Promise<void> {
    if (this.#newest === undefined) return
    this.#log.push('retry')
    const way = this.#anybody()
    const from = this.#chance.pick([undefined, 'MakeRoom', 'Switch'])
    const { id } = await retryDeployment(this.#world.deploys, way.actor, {
      id: this.#newest.id,
      ...(from === undefined ? {} : { from }),
    })
    this.#note(id, way)
  }

  /** To what has served, and to what never has. */
  async #rollBack(): Promise<void> {
    const to = this.#chance.pick([undefined, ...this.#books.map(({ releaseId }) => releaseId)])
    this.#log.push(`roll back to ${to}`)
    const { actor } = this.#anybody()
    const request = { ...this.#place, ...(to === undefined ? {} : { to }) }
    const { outcome, deployment, releaseId } = await rollBack(this.#world.deploys, actor, request)
    if (outcome === 'halted') return
    this.#back.push(deployment)
    if (!this.#served.has(releaseId)) throw new Error(`${releaseId} comes back, which nobody had agreed to`)
    this.found.back++
  }

  async #break(): Promise<void> {
    const book = this.#newest
    if (book === undefined) return
    this.#log.push('break the glass')
    const way = this.#chance.below(3) > 0 ? this.#as(this.#people.anyAdmin()) : this.#anybody()
    const hash = this.#world.deployment(book.id).planHash ?? 'none'
    const at = this.#world.clock.now()
    const who = way.who(at)
    await breakGlass(this.#world.deploys, way.actor, { id: book.id, reason: 'by chance, in a test' })
    if (!way.mayBreak) throw new Error(`${way.human} broke the glass as ${way.voter}, who may not`)
    book.noteBroken({ by: way, who, at, hash })
  }

  async #review(): Promise<void> {
    const book = this.#unreviewed ?? this.#books.findLast(({ glass }) => glass !== undefined)
    if (book?.glass === undefined) return
    this.#log.push('review')
    const { by, who, at } = book.glass
    const way = await this.#somehow(by)
    const reviewer = way.who(at)
    await this.#asSomebodyElse(by, way, () =>
      reviewGlass(this.#world.deploys, way.actor, { id: book.id, note: 'looked at' }),
    )
    if (reviewer === who) throw new Error(`${reviewer} reviews what ${who} did`)
    if (!way.mayApprove) throw new Error(`${way.human} reviewed as ${way.voter}, who may not`)
    if (book.isReviewed) throw new Error(`${book.id} is reviewed a second time`)
    book.isReviewed = true
    this.found.reviewed++
  }

  /** Somebody has the database in their hands, before others have agreed or after. */
  async #tamper(): Promise<void> {
    if (this.#newest === undefined || this.#chance.below(2) > 0) return
    const { id } = this.#newest
    if (this.#chance.below(2) === 0) return this.#changePlan(id, says, foisted)
    this.#log.push('the hash of the plan is another one')
    const hash = `${this.#chance.below(9)}`.repeat(64)
    await this.#world.store.write((tx) =>
      tx.prepare('UPDATE deployment SET plan_hash = ? WHERE id = ? AND plan_hash IS NOT NULL').run(hash, id),
    )
  }

  /** Under the hash that it has. */
  async #changePlan(id: string, before: string, after: string): Promise<void> {
    this.#log.push(`in the plan ${before} is ${after}`)
    await this.#world.store.write((tx) =>
      tx.prepare('UPDATE deployment SET plan = REPLACE(plan, ?, ?) WHERE id = ?').run(before, after, id),
    )
    const sql = `SELECT id FROM deployment WHERE id = ? AND plan LIKE '%${foisted}%'`
    this.found.foisted += this.#world.rows(sql, id).length
  }

  async #crash(): Promise<void> {
    if (this.#chance.below(5) > 0) return
    this.#log.push('the process dies')
    await this.#world.crash()
  }

  #check(): void {
    const made = this.#world.rows<{ deployment: string }>(
      `SELECT deployment FROM deploy_intent WHERE planned LIKE '%${foisted}%' LIMIT 1`,
    )
    for (const { deployment } of made) throw new Error(`${deployment} made a call that was foisted on its plan`)
    for (const book of this.#books) {
      const { planHash, progress, releaseId } = this.#world.deployment(book.id)
      const finding = book.judge({
        ...{ planHash, isAsked: progress.approval !== undefined, calls: this.#calls(book.id) },
        ...{ now: this.#world.clock.now(), needed: this.#needed, waitsMs: this.#waitsMs },
        mayApprove: (voter, at) => this.#people.mayApprove(voter, at),
      })
      if (finding === undefined) continue
      this.#served.add(releaseId)
      this.found[finding]++
    }
  }

  #calls(id: string): readonly number[] {
    return this.#world
      .rows<{ at: number }>(
        'SELECT intended_at AS at FROM deploy_intent WHERE deployment = ? AND undoes IS NULL ORDER BY position',
        id,
      )
      .map(({ at }) => Number(at))
  }
}
