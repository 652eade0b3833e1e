/** One evaluation: the same on the main thread and in a worker, but for its allowance. */
import type { Bindings } from '../asl/index.ts'
import type { JsonText } from '../base/index.ts'
import { awsFunctionNames, registerAwsFunctions } from './aws-functions.ts'
import { Budget, type Stopwatch } from './budget.ts'
import { guardBuiltIns } from './built-ins.ts'
import { type ExpressionChance, hashText } from './chance.ts'
import { type Compiled, CompiledExpressions } from './compiled.ts'
import { type Allowance, awsLimits } from './limits.ts'
import { createRealm, type Expression, type Realm, type World } from './realm.ts'
import type { References } from './references.ts'
import { regexEngine } from './regex.ts'
import { type Attempt, attemptOf, outcomeOf } from './result.ts'
import { Texts } from './texts.ts'
import type { Node } from './tree.ts'

export type EvaluatorOptions = {
  readonly allowance: Allowance
  readonly stopwatch: Stopwatch
  /** Whether a pattern that RE2 refuses goes to the platform's engine, which nothing but a kill ends. */
  readonly platformRegex: boolean
}

export type DialectBindings = Bindings & {
  /** What `$` and `$$` are at the top level. AWS has nothing there and refuses both; jsonata's own suite needs it. */
  readonly root?: JsonText
}

const evaluateExit = Symbol.for('jsonata.__evaluate_exit')

/** Before the first evaluation nothing may ask for chance. */
const noChance: ExpressionChance = { now: 0, random: () => 0, uuid: () => '', hash: hashText }

export class Evaluator {
  readonly #allowance: Allowance
  readonly #budget: Budget
  readonly #world: World = { now: 0, random: () => this.#chance.random() }
  readonly #realm: Realm
  readonly #compiled: CompiledExpressions
  readonly #texts: Texts
  #chance = noChance

  constructor(options: EvaluatorOptions) {
    this.#allowance = options.allowance
    this.#budget = new Budget(options.allowance, options.stopwatch)
    this.#realm = createRealm(this.#world)
    this.#texts = new Texts(this.#realm)
    this.#budget.begin()
    guardBuiltIns(this.#realm, this.#budget)
    const RegexEngine = regexEngine(this.#budget, options.platformRegex)
    const jsonata = { stack: awsLimits.depth, sequence: options.allowance.items, RegexEngine }
    this.#compiled = new CompiledExpressions(this.#realm, jsonata, this.#preparation())
  }

  compile(source: string): Compiled {
    return this.#compiled.get(source)
  }

  evaluate(source: string, bindings: DialectBindings, chance: ExpressionChance): Attempt {
    const compiled = this.#compiled.get(source)
    if (!compiled.ok) return attemptOf(compiled)
    const names = namesOf(compiled.references, bindings)
    if (charactersOf(names) > this.#allowance.inputCharacters) return { kind: 'undecided', limit: 'work' }
    this.#chance = chance
    this.#world.now = chance.now
    this.#budget.begin()
    this.#texts.begin()
    try {
      const root = bindings.root === undefined ? undefined : this.#texts.read(bindings.root)
      const answer = this.#realm.run(compiled.expression, this.#values(names), root)
      return answer.ok ? outcomeOf(answer.value, this.#texts) : attemptOf(answer.error)
    } finally {
      this.#chance = noChance
    }
  }

  #values(names: Names): object {
    const values: Record<string, unknown> = Object.create(null)
    for (const [name, text] of names.variables) values[name] = this.#texts.read(text)
    const states: Record<string, unknown> = Object.create(null)
    for (const [name, text] of names.states) states[name] = this.#texts.read(text)
    if (names.context !== undefined) states['context'] = this.#members(names.context)
    values['states'] = states
    return values
  }

  #members(texts: readonly Named[]): object {
    const members: Record<string, unknown> = Object.create(null)
    for (const [name, text] of texts) members[name] = this.#texts.read(text)
    return members
  }

  /** What every expression gets before it runs. The definitions are made once and shared. */
  #preparation(): (expression: Expression) => void {
    const model = this.#realm.compile(`[${awsFunctionNames.map((name) => `$${name}`).join(', ')}]`)
    registerAwsFunctions(model, { texts: this.#texts, budget: this.#budget, chance: () => this.#chance })
    const answer = this.#realm.run(model, {})
    if (!answer.ok || !Array.isArray(answer.value)) throw new Error('jsonata did not hand out its functions')
    const definitions: readonly unknown[] = answer.value
    const leave = (node: Node, _input: unknown, _frame: unknown, result: unknown): void => this.#leave(node, result)
    return (expression) => {
      for (const [i, name] of awsFunctionNames.entries()) expression.assign(name, definitions[i])
      expression.assign('eval', undefined)
      expression.assign(evaluateExit, leave)
    }
  }

  /** After each node. Only these can make a value larger than what went into it. */
  #leave(node: Node, result: unknown): void {
    this.#budget.tick()
    if (typeof result === 'string') return this.#budget.allowText(result.length)
    if (typeof result !== 'object' || result === null) return
    switch (node.type) {
      case 'unary':
      case 'function':
      case 'apply':
        return this.#budget.weigh(result)
      case 'path':
        // A sequence is new; anything else was there before.
        if (node.group !== undefined || 'sequence' in result) this.#budget.weigh(result)
        return
      default:
    }
  }
}

type Named = readonly [name: string, text: JsonText]

type Names = {
  readonly states: readonly Named[]
  /** Members of the context, when the expression names them one by one. */
  readonly context: readonly Named[] | undefined
  readonly variables: readonly Named[]
}

/** Of all that is bound, what the expression reads. */
function namesOf(references: References, bindings: Bindings): Names {
  const states: Named[] = []
  const context = contextMembersOf(references, bindings)
  for (const name of stateMembers) {
    // Asked first: the context is made when it is looked at.
    if (!references.wholeStates && !references.members.includes(name)) continue
    const text = name === 'context' && context !== undefined ? undefined : bindings[name]
    if (text !== undefined) states.push([name, text])
  }
  return { states, context, variables: texts(references.variables, bindings.variables) }
}

function contextMembersOf(references: References, bindings: Bindings): readonly Named[] | undefined {
  const { contextMembers, wholeStates, members } = references
  if (wholeStates || contextMembers === undefined || !members.includes('context')) return undefined
  return bindings.contextMembers && texts(contextMembers, bindings.contextMembers)
}

function texts(names: readonly string[], bound: ReadonlyMap<string, JsonText>): readonly Named[] {
  return names.flatMap((name) => {
    const text = bound.get(name)
    return text === undefined ? [] : [[name, text] as const]
  })
}

const stateMembers = ['input', 'context', 'result', 'errorOutput'] as const

function charactersOf({ states, context = [], variables }: Names): number {
  let characters = 0
  for (const [, text] of [...states, ...context, ...variables]) characters += text.length
  return characters
}
