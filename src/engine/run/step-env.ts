/** The world of one step: time, seeded chance, expressions with recorded outcomes, task tokens, refusals. */
import { createHash } from 'node:crypto'
import type { Bindings, Chance, Env, HashAlgorithm, Outcome, Refusal, TaskResource } from '../../asl/index.ts'
import { type JsonText, type RandomBytes, uuid4 } from '../../base/index.ts'
import type { Cause } from '../history/chunk.ts'

/** What a step asks of the engine. */
export type StepWorld = {
  readonly now: number
  /** Fresh randomness for a seed; drawn only when the step uses chance. */
  readonly randomBytes: RandomBytes
  /** @throws SlowExpression */
  evaluate(source: string, bindings: Bindings, chance: Chance & { readonly now: number }): Outcome
  token(frame: number, enteredId: number, attempt: number): string
  refuse(resource: TaskResource, parameters: JsonText): Refusal | undefined
  /** What an earlier try of this step, or the step that is being replayed, has recorded. */
  readonly recorded: ReadonlyMap<string, JsonText>
  readonly seed: string | undefined
}

export class StepEnv implements Env {
  readonly now: number
  readonly #world: StepWorld
  #seed: string | undefined
  #generator: (() => number) | undefined
  #used: Map<string, JsonText> | undefined

  constructor(world: StepWorld) {
    this.now = world.now
    this.#world = world
    this.#seed = world.seed
  }

  /** What chance was seeded with; undefined while the step has used none. */
  get seed(): string | undefined {
    return this.#seed
  }

  /** What has to be stored with the step so that it can be replayed. */
  cause(event: Cause['event']): Cause {
    if (this.#seed === undefined && this.#used === undefined) return { event }
    return {
      event,
      ...(this.#seed === undefined ? {} : { seed: this.#seed }),
      ...(this.#used === undefined ? {} : { recorded: this.#used }),
    }
  }

  evaluate(source: string, bindings: Bindings): Outcome {
    if (this.#world.recorded.size > 0) {
      const key = expressionKey(source, bindings)
      const text = this.#world.recorded.get(key)
      if (text !== undefined) return this.#use(key, text)
    }
    return this.#world.evaluate(source, bindings, this)
  }

  #use(key: string, text: JsonText): Outcome {
    ;(this.#used ??= new Map()).set(key, text)
    return asOutcome(JSON.parse(text))
  }

  random(): number {
    return this.#next()
  }

  uuid(): string {
    return uuid4((length) => Uint8Array.from({ length }, () => Math.floor(this.#next() * 256)))
  }

  hash(algorithm: HashAlgorithm, text: string): string {
    return createHash(algorithm.replace('-', '')).update(text).digest('hex')
  }

  token(frame: number, enteredId: number, attempt: number): string {
    return this.#world.token(frame, enteredId, attempt)
  }

  refuse(resource: TaskResource, parameters: JsonText): Refusal | undefined {
    const key = `refuse ${resource.arn} ${parameters}`
    const known = this.#world.recorded.get(key)
    const refusal = known === undefined ? this.#world.refuse(resource, parameters) : asRefusal(JSON.parse(known))
    if (refusal !== undefined) (this.#used ??= new Map()).set(key, JSON.stringify(refusal))
    return refusal
  }

  #next(): number {
    this.#seed ??= hex(this.#world.randomBytes(16))
    this.#generator ??= sfc32(this.#seed)
    return this.#generator()
  }
}

/** Both were written by this class from the same types. */
const asOutcome = (value: unknown): Outcome => value as Outcome
const asRefusal = (value: unknown): Refusal => value as Refusal

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Names one evaluation: the expression and all it can see. */
export function expressionKey(source: string, bindings: Bindings): string {
  const { input, context, result, errorOutput, variables } = bindings
  const text = JSON.stringify([source, input, context, result ?? null, errorOutput ?? null, [...variables]])
  return `evaluate ${createHash('sha256').update(text).digest('hex')}`
}

/** Doty-Humphrey's sfc32: 128 bits of seed, uniform doubles in [0, 1). Repeatable on every platform. */
export function sfc32(seed: string): () => number {
  let [a = 0, b = 0, c = 0, d = 1] = [0, 8, 16, 24].map((at) => Number.parseInt(seed.slice(at, at + 8), 16) | 0)
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992
}
