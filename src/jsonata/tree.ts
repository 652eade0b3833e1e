/** The syntax tree as jsonata's parser leaves it, of each node what is read here. */

export type Node = {
  readonly type: string
  /** Of names, variables, literals, operators. */
  readonly value?: unknown
  readonly steps?: readonly Node[]
  /** Filters and positions of a step in a path. */
  readonly stages?: readonly Stage[]
  /** Filters of anything else. */
  readonly predicate?: readonly Stage[]
  readonly group?: { readonly lhs: readonly (readonly [Node, Node])[] }
  /** `@$name` and `#$name` of a step. */
  readonly focus?: string
  readonly index?: string
  /** An object constructor has pairs here. */
  readonly lhs?: Node | readonly (readonly [Node, Node])[]
  readonly rhs?: Node
  readonly expression?: Node
  readonly expressions?: readonly Node[]
  readonly procedure?: Node
  readonly arguments?: readonly Node[]
  readonly body?: Node
  readonly condition?: Node
  readonly then?: Node
  readonly else?: Node
  readonly terms?: readonly { readonly expression: Node }[]
  readonly pattern?: Node
  readonly update?: Node
  readonly delete?: Node
}

export type Stage =
  | { readonly type: 'filter'; readonly expr: Node }
  | { readonly type: 'index'; readonly value: string }

export function isPairs(side: Node['lhs']): side is readonly (readonly [Node, Node])[] {
  return Array.isArray(side)
}

/** The member of the context that a path leads into, when it reads nothing else: `$states.context.Map.Item` → `Map`. */
export function memberOfContext(path: Node): string | undefined {
  const [, context, member] = path.steps ?? []
  if (context?.predicate || context?.stages || context?.group || context?.focus || context?.index) return undefined
  return member?.type === 'name' && typeof member.value === 'string' ? member.value : undefined
}

/** A name in backquotes or plain, as the first step behind `$states`: `$states.input` → `input`. */
export function memberOfStates(path: Node): string | undefined {
  const [first, second] = path.steps ?? []
  if (first?.type !== 'variable' || first.value !== 'states' || first.predicate || first.stages || first.group)
    return undefined
  return second?.type === 'name' && typeof second.value === 'string' ? second.value : undefined
}
