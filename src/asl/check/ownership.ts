/**
 * Variables across scopes, decided when the whole definition has been read: an inner scope does not assign a variable
 * that it finds there, and a distributed processor, being an execution of its own, finds none of those around it.
 */
import type { Report } from './report.ts'
import type { Assigned, Scope, Transition } from './scope.ts'
import { wording } from './wording.ts'

export function checkOwnership(root: Scope, report: Report): void {
  new Descent(report).enter(root)
}

/** Transitions that are followed backwards in all: a hostile definition could ask for states × states of them. */
const maxFollowed = 2_000_000

/** Goes down the scopes, knowing those around: all of them, and the part that can be seen from here. */
class Descent {
  readonly #report: Report
  readonly #around = new NameCount()
  #visible = new NameCount()
  #levels: readonly Level[] = []
  readonly #budget = { followed: 0 }

  constructor(report: Report) {
    this.#report = report
  }

  enter(scope: Scope): void {
    const outside = { visible: this.#visible, levels: this.#levels }
    if (scope.isolated) {
      this.#visible = new NameCount()
      this.#levels = []
    }
    for (const assigned of scope.assigned) this.#checkAssigned(assigned)
    const names = new Set(scope.assigned.map(({ name }) => name))
    for (const name of names) this.#add(name)
    this.#checkReads(scope)
    this.#enterChildren(scope)
    for (const name of names) this.#remove(name)
    this.#visible = outside.visible
    this.#levels = outside.levels
  }

  #enterChildren(scope: Scope): void {
    const levels = this.#levels
    const graph = new ScopeGraph(scope, this.#budget)
    for (const [owner, children] of Map.groupBy(scope.children, (child) => child.owner)) {
      this.#levels = [...levels, new Level(graph, owner)]
      for (const child of children) this.enter(child)
    }
    this.#levels = levels
  }

  #checkAssigned({ name, place }: Assigned): void {
    if (!this.#visible.has(name)) return
    if (this.#levels.some((level) => level.knows(name))) this.#report.schema(wording.outerAssigned(name), place)
  }

  #checkReads(scope: Scope): void {
    for (const { names, place } of scope.reads) {
      for (const name of names) {
        if (this.#around.has(name) && !this.#visible.has(name)) this.#report.schema(wording.outerRead(name), place)
      }
    }
  }

  #add(name: string): void {
    this.#around.add(name)
    this.#visible.add(name)
  }

  #remove(name: string): void {
    this.#around.remove(name)
    this.#visible.remove(name)
  }
}

/** An enclosing scope as seen from inside one of its states. */
class Level {
  readonly #graph: ScopeGraph
  readonly #owner: string
  #before: ReadonlySet<string> | undefined

  constructor(graph: ScopeGraph, owner: string) {
    this.#graph = graph
    this.#owner = owner
  }

  /**
   * Whether the variable can exist when the owner runs. What is assigned only afterwards, for example by the owner's
   * own catcher, is no concern of the states inside (AWS accepts it).
   */
  knows(name: string): boolean {
    const assigners = this.#graph.assigners(name)
    if (assigners.length === 0) return false
    this.#before ??= this.#graph.before(this.#owner)
    const before = this.#before
    return assigners.some(({ state }) => before.has(state))
  }
}

/** Who assigns what in one scope, and which states can come before which. Built when first asked. */
class ScopeGraph {
  readonly #scope: Scope
  readonly #budget: { followed: number }
  #byName: ReadonlyMap<string, readonly Assigned[]> | undefined
  #byTarget: ReadonlyMap<string, readonly Transition[]> | undefined

  constructor(scope: Scope, budget: { followed: number }) {
    this.#scope = scope
    this.#budget = budget
  }

  assigners(name: string): readonly Assigned[] {
    this.#byName ??= Map.groupBy(this.#scope.assigned, (assigned) => assigned.name)
    return this.#byName.get(name) ?? []
  }

  /** The states from which `state` can be reached; itself only when it lies in a loop. */
  before(state: string): ReadonlySet<string> {
    this.#byTarget ??= Map.groupBy(this.#scope.transitions, ({ to }) => to)
    const found = new Set<string>()
    const left = [state]
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      for (const { from } of this.#byTarget.get(at) ?? []) {
        if (++this.#budget.followed > maxFollowed) return found
        if (found.has(from)) continue
        found.add(from)
        left.push(from)
      }
    }
    return found
  }
}

/** Names with how many scopes hold them. */
class NameCount {
  readonly #counts = new Map<string, number>()

  has(name: string): boolean {
    return this.#counts.has(name)
  }

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  remove(name: string): void {
    const count = this.#counts.get(name) ?? 0
    if (count > 1) this.#counts.set(name, count - 1)
    else this.#counts.delete(name)
  }
}
