/**
 * jsonata in a realm of its own. The package answers with promises; in a vm context that drains its microtasks before
 * `runInContext` returns, the answer is there when the call is. A context without a contextified object, because the
 * interceptors of one make every global three times dearer.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import type { Node } from './tree.ts'

/** Time and chance as the realm's `Date` and `Math.random` know them. Set before each run. */
export type World = { now: number; random(): number }

export type JsonataOptions = {
  readonly stack: number
  readonly sequence: number
  readonly RegexEngine: new (pattern: RegExp) => { lastIndex: number; exec(text: string): RegexMatch | null }
}

/** Of `RegExp.prototype.exec`, what jsonata reads. */
export type RegexMatch = readonly (string | undefined)[] & { readonly index: number }

export interface Expression {
  evaluate(input: unknown, bindings: object): Promise<unknown>
  assign(name: string | symbol, value: unknown): void
  registerFunction(name: string, implementation: (...values: never[]) => unknown, signature: string): void
  ast(): Node
}

export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

export interface Realm {
  /** @throws what jsonata throws: `{code, message, position}`, or a native error. */
  compile(source: string, options?: JsonataOptions): Expression
  /** Synchronous. Not re-entrant. `root` is what `$` is at the top level. */
  run(expression: Expression, bindings: object, root?: unknown): Answer
  /** The realm's own `JSON.parse`. `source` is the text of a scalar. */
  parse(text: string, revive?: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
}

type Job = {
  expression: Expression | undefined
  bindings: object | undefined
  root: unknown
  answer: Answer | undefined
}

/**
 * Only functions of the realm itself land in its microtask queue, so settling happens in here.
 *
 * jsonata maps the items of an array constructor and the values of an object constructor to promises all at once, and
 * counts the nesting of them as one: a literal of a hundred items is then a hundred levels deep. With this `map` the
 * next is begun when the one before is done: exact levels, the same order always, no thousands of frames in flight.
 */
const bootstrap = `(function (world, job, buffer) {
  const MachineDate = Date
  globalThis.global = globalThis
  globalThis.Buffer = buffer
  globalThis.Date = class extends MachineDate {
    constructor(...parts) { if (parts.length === 0) super(world.now); else super(...parts) }
    static now() { return world.now }
  }
  Math.random = () => world.random()
  const AsyncFunction = (async () => {}).constructor
  const { map } = Array.prototype
  Array.prototype.map = function (callback) {
    if (!(callback instanceof AsyncFunction)) return map.apply(this, arguments)
    let before
    return map.call(this, (item, i) => {
      before = before === undefined ? callback(item, i) : before.then(() => callback(item, i))
      return before
    })
  }
  const resolved = (value) => { job.answer = { ok: true, value } }
  const rejected = (error) => { job.answer = { ok: false, error } }
  globalThis.run = () => {
    job.expression.evaluate(job.root, job.bindings).then(resolved, rejected)
  }
  return JSON.parse
})`

const source = createRequire(import.meta.url).resolve('jsonata')
const run = new vm.Script('run()')

export function createRealm(world: World): Realm {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { microtaskMode: 'afterEvaluate' })
  const job: Job = { expression: undefined, bindings: undefined, root: undefined, answer: undefined }
  const start = inRealm<(world: World, job: Job, buffer: object) => Realm['parse']>(bootstrap, context)
  const parse = start(world, job, { from: Buffer.from })
  const module: { exports: unknown } = { exports: {} }
  const load = inRealm<(module: { exports: unknown }, exports: unknown) => Realm['compile']>(
    `(function (module, exports) {${readFileSync(source, 'utf8')}\nreturn module.exports })`,
    context,
  )
  const compile = load(module, module.exports)
  return { compile, parse, run: (expression, bindings, root) => runJob(context, job, { expression, bindings, root }) }
}

function runJob(context: vm.Context, job: Job, task: Omit<Job, 'answer'>): Answer {
  Object.assign(job, task)
  run.runInContext(context)
  const answer = taken(job)
  if (answer === undefined) throw new Error('jsonata waits for something outside its realm')
  return answer
}

/** Leaves nothing behind that would keep the values alive. */
function taken(job: Job): Answer | undefined {
  const { answer } = job
  job.expression = job.bindings = job.root = job.answer = undefined
  return answer
}

/** The one cast: the script is written above, next to the type that is claimed for it. */
function inRealm<T>(script: string, context: vm.Context): T {
  return vm.runInContext(script, context, { filename: 'jsonata' }) as T
}
