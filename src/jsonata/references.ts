/** What an expression refers to: members of `$states`, variables from outside, and the context that AWS does not have. */
import { isPairs, memberOfContext, memberOfStates, type Node, type Stage } from './tree.ts'

export type References = {
  /** Members read as `$states.name`, in order of appearance. */
  readonly members: readonly string[]
  /** Members read as `$states.context.name`; undefined when the context is read otherwise, so that all of it is needed. */
  readonly contextMembers: readonly string[] | undefined
  /** Whether `$states` is read otherwise, so that all of it is needed. */
  readonly wholeStates: boolean
  /** Free variables without `$`, in order of appearance, built-in functions among them. */
  readonly variables: readonly string[]
  /** Field names and `$`, read where no step, filter or transform has set a context. */
  readonly withoutContext: readonly string[]
  /** Whether `$$` appears. */
  readonly root: boolean
}

/** Levels of the syntax tree. The parser gets further, but how far depends on the stack that is left to it. */
export const deepestTree = 1_000

export class TooDeep extends Error {}

/** @throws TooDeep */
export function referencesOf(tree: Node): References {
  const walk = new Walk()
  const scope = new Scope(undefined)
  walk.visit(tree, scope, false)
  scope.close()
  return {
    members: [...walk.members],
    contextMembers: walk.wholeContext ? undefined : [...walk.contextMembers],
    wholeStates: walk.wholeStates,
    variables: [...walk.variables],
    withoutContext: [...walk.withoutContext],
    root: walk.root,
  }
}

/** Names bound in one block. Lambdas are looked into at its end, for they may call what is bound after them. */
class Scope {
  readonly #parent: Scope | undefined
  readonly #names = new Set<string>()
  readonly #later: (() => void)[] = []

  constructor(parent: Scope | undefined) {
    this.#parent = parent
  }

  bind(name: string): void {
    this.#names.add(name)
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#parent?.has(name) ?? false)
  }

  atEnd(visit: () => void): void {
    this.#later.push(visit)
  }

  close(): void {
    for (const visit of this.#later) visit()
  }
}

class Walk {
  readonly members = new Set<string>()
  readonly variables = new Set<string>()
  readonly withoutContext = new Set<string>()
  readonly contextMembers = new Set<string>()
  wholeContext = false
  wholeStates = false
  root = false
  #depth = 0

  /** `context`: whether something has set what `$` and field names refer to. */
  visit(node: Node | undefined, scope: Scope, context: boolean): void {
    if (node === undefined) return
    if (++this.#depth > deepestTree) throw new TooDeep()
    if (node.type === 'path') this.#path(node, scope, context)
    else {
      this.#itself(node, scope, context)
      this.#behind(node, scope)
    }
    this.#depth--
  }

  #all(nodes: readonly Node[] | undefined, scope: Scope, context: boolean): void {
    for (const node of nodes ?? []) this.visit(node, scope, context)
  }

  #pairs(pairs: readonly (readonly [Node, Node])[], scope: Scope, context: boolean): void {
    for (const [key, value] of pairs) {
      this.visit(key, scope, context)
      this.visit(value, scope, context)
    }
  }

  /** Filters, positions and grouping see the value in front of them. */
  #behind(node: Node, scope: Scope): void {
    if (node.focus !== undefined) scope.bind(node.focus)
    if (node.index !== undefined) scope.bind(node.index)
    this.#stages(node.predicate, scope)
    this.#stages(node.stages, scope)
    if (node.group !== undefined) this.#pairs(node.group.lhs, scope, true)
  }

  #stages(stages: readonly Stage[] | undefined, scope: Scope): void {
    for (const stage of stages ?? []) {
      if (stage.type === 'index') scope.bind(stage.value)
      else this.visit(stage.expr, scope, true)
    }
  }

  #path(path: Node, outer: Scope, context: boolean): void {
    const scope = new Scope(outer)
    const member = outer.has('states') ? undefined : memberOfStates(path)
    if (member !== undefined) this.members.add(member)
    if (member === 'context') this.#context(memberOfContext(path))
    const steps = path.steps ?? []
    for (const [i, step] of steps.entries()) {
      if (i === 0 && member !== undefined) this.#behind(step, scope)
      else this.visit(step, scope, context || i > 0)
    }
    this.#behind(path, scope)
    scope.close()
  }

  #context(member: string | undefined): void {
    if (member === undefined) this.wholeContext = true
    else this.contextMembers.add(member)
  }

  #itself(node: Node, scope: Scope, context: boolean): void {
    switch (node.type) {
      case 'name':
        if (!context) this.withoutContext.add(String(node.value))
        return
      case 'parent':
        // `%` climbs from a member to what holds it.
        this.wholeStates = true
        return
      case 'variable':
        return this.#variable(String(node.value), scope, context)
      case 'bind':
        return this.#bind(node, scope, context)
      case 'lambda':
        return this.#lambdaLater(node, scope, context)
      case 'block':
        return this.#block(node, scope, context)
      case 'transform':
        return this.#all(present([node.pattern, node.update, node.delete]), scope, true)
      case 'sort':
        return this.#all(
          (node.terms ?? []).map((term) => term.expression),
          scope,
          true,
        )
      default:
    }
    if (isPairs(node.lhs)) this.#pairs(node.lhs, scope, context)
    else this.visit(node.lhs, scope, context)
    const { rhs, expression, procedure, condition, then, else: otherwise } = node
    this.#all(present([rhs, expression, procedure]), scope, context)
    this.#all(node.arguments, scope, context)
    this.#all(node.expressions, scope, context)
    this.#all(present([condition, then, otherwise]), scope, context)
  }

  #variable(name: string, scope: Scope, context: boolean): void {
    if (name === '') {
      if (!context) this.withoutContext.add('$')
    } else if (name === '$') this.root = true
    else if (scope.has(name)) return
    else if (name === 'states') this.wholeStates = true
    else this.variables.add(name)
  }

  #bind(node: Node, scope: Scope, context: boolean): void {
    this.visit(node.rhs, scope, context)
    if (!isPairs(node.lhs)) scope.bind(String(node.lhs?.value))
  }

  #block(node: Node, outer: Scope, context: boolean): void {
    const scope = new Scope(outer)
    this.#all(node.expressions, scope, context)
    scope.close()
  }

  #lambdaLater(node: Node, outer: Scope, context: boolean): void {
    const depth = this.#depth
    outer.atEnd(() => {
      this.#depth = depth
      this.#lambda(node, outer, context)
    })
  }

  #lambda(node: Node, outer: Scope, context: boolean): void {
    const scope = new Scope(outer)
    for (const parameter of node.arguments ?? []) scope.bind(String(parameter.value))
    this.visit(node.body, scope, context)
    scope.close()
  }
}

function present(nodes: readonly (Node | undefined)[]): readonly Node[] {
  return nodes.filter((node) => node !== undefined)
}
