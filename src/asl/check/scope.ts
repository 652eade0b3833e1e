/** Scopes: each `States` object with its transitions and variables. What needs the whole definition is decided from these. */
import type { Place } from './place.ts'

export type Scope = {
  readonly parent: Scope | undefined
  /** The state of the parent that this scope runs in. */
  readonly owner: string
  readonly children: Scope[]
  /** Runs as executions of its own (a distributed Map): sees no variable of the scopes around it. */
  readonly isolated: boolean
  /** Whether the scope or one around it is isolated, so that reading a variable can be wrong. */
  readonly guarded: boolean
  readonly states: Map<string, ScopeState>
  start: Transition | undefined
  readonly transitions: Transition[]
  readonly assigned: Assigned[]
  readonly reads: { readonly state: string; readonly names: readonly string[]; readonly place: Place }[]
  /** Whether errors were found in its states: then what follows from their transitions is not certain. */
  faulty: boolean
}

/** A variable and the state that assigns it, itself, in a catcher or in a choice rule. */
export type Assigned = { readonly name: string; readonly state: string; readonly place: Place }

export type ScopeState = { readonly place: Place; readonly terminal: boolean }

/** `from` is a state of the scope; the target need not be. */
export type Transition = { readonly from: string; readonly to: string; readonly place: Place }

export function openScope(parent: Scope | undefined, owner: string, isolated: boolean): Scope {
  const scope: Scope = {
    parent,
    owner,
    children: [],
    isolated,
    guarded: isolated || (parent?.guarded ?? false),
    states: new Map(),
    start: undefined,
    transitions: [],
    assigned: [],
    reads: [],
    faulty: false,
  }
  parent?.children.push(scope)
  return scope
}
