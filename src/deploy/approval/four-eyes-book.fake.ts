/**
 * What a test knows of a deployment, of its own observation, and its judgement: whether enough people had truly agreed to what went ahead.
 * It shares no code with the product, and asks it for nothing but what it is about to carry out.
 */
import type { Way } from './four-eyes-people.fake.ts'

export type Cast = {
  /** Id under which the product keeps it. */
  readonly voter: string
  /** Who it truly was. */
  readonly who: string
  readonly verdict: 'approve' | 'refuse'
  readonly hash: string
  readonly at: number
}

/** By which way it was broken, who that truly was, and for which plan. */
export type Glass = { readonly by: Way; readonly who: string; readonly at: number; readonly hash: string }

/** As the deployment stands after an act. */
export type Seen = {
  readonly now: number
  readonly planHash: string | null
  readonly isAsked: boolean
  /** When the calls were made that bring up what is new, oldest first. */
  readonly calls: readonly number[]
  /** What the place says now. */
  readonly needed: number
  readonly waitsMs: number
  readonly mayApprove: (voter: string, at: number) => boolean
}

/** How it went ahead: as nobody else was needed, because they had agreed, or without them. */
export type Finding = 'free' | 'approved' | 'broken'

export class Book {
  readonly id: string
  readonly releaseId: string
  readonly requester: Way
  /** Who truly asked, and when. */
  readonly who: string
  readonly at: number
  /** As the place was when it began. */
  readonly #atFirst: number
  #cast: Cast[] = []
  #glass: Glass | undefined
  /** Somebody else has looked at what was done without the others. */
  isReviewed = false
  /** From then on nobody agrees any more. */
  #until = Infinity
  #isAsked = false
  #calls = 0
  #agreed: string | null = null

  constructor(asked: {
    readonly id: string
    readonly releaseId: string
    readonly requester: Way
    readonly at: number
    readonly needed: number
  }) {
    this.id = asked.id
    this.releaseId = asked.releaseId
    this.requester = asked.requester
    this.at = asked.at
    this.who = asked.requester.who(asked.at)
    this.#atFirst = asked.needed
  }

  get glass(): Glass | undefined {
    return this.#glass
  }

  get hasBegun(): boolean {
    return this.#calls > 0
  }

  hasVoteOf(voter: string): boolean {
    return this.#cast.some((one) => one.voter === voter)
  }

  /** In place of what they said before. */
  note(cast: Cast): void {
    this.#cast = [...this.#cast.filter(({ voter }) => voter !== cast.voter), cast]
  }

  noteBroken(glass: Glass): void {
    this.#glass = glass
  }

  /** Looked at after each act. Undefined while nothing was called for the first time. @throws Error when it must not have been */
  judge(seen: Seen): Finding | undefined {
    if (seen.isAsked && !this.#isAsked) {
      this.#isAsked = true
      this.#until = seen.now + seen.waitsMs
    }
    const before = this.#calls
    this.#calls = seen.calls.length
    if (this.#calls === before) return undefined
    if (before > 0) {
      if (seen.planHash !== this.#agreed) throw new Error(`${this.id} went on with another plan than was agreed to`)
      return undefined
    }
    this.#agreed = seen.planHash
    return this.#firstCall(seen, seen.calls[0] ?? seen.now)
  }

  #firstCall(seen: Seen, at: number): Finding {
    if (this.#glass !== undefined) {
      if (this.#glass.hash !== seen.planHash) throw new Error(`${this.id} went ahead with another plan than was meant`)
      return 'broken'
    }
    const needed = Math.max(this.#atFirst, seen.needed)
    if (needed === 0) return 'free'
    if (at >= this.#until) throw new Error(`${this.id} went ahead after its time`)
    const refused = this.#cast.find(({ verdict }) => verdict === 'refuse')
    if (refused !== undefined) throw new Error(`${this.id} went ahead though ${refused.who} had refused it`)
    const others = new Set(this.#cast.filter((one) => this.#counts(one, seen, at)).map(({ who }) => who)).size
    if (others < needed) throw new Error(`${this.id} went ahead with ${others} of ${needed}`)
    return 'approved'
  }

  /** Rights as of the act in which it went ahead. */
  #counts({ voter, who, hash, at }: Cast, { planHash, mayApprove }: Seen, calledAt: number): boolean {
    return who !== this.who && hash === planHash && at < this.#until && mayApprove(voter, calledAt)
  }
}
