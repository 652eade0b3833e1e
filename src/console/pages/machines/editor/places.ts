/**
 * Where things stand in the text of a definition, also while it is being typed and is no JSON yet: out of the tree that the editor
 * keeps. Pure.
 */
import type { SyntaxNode, Tree } from '@lezer/common'

export type Span = { readonly from: number; readonly to: number }

/** Names of members and numbers of items, from the outside in. */
export type Path = readonly (string | number)[]

export type StateSpan = Span & { readonly name: string; readonly nameFrom: number; readonly nameTo: number }

/** Every state, also those inside of others, in the order of the text. */
export function statesIn(tree: Tree, text: string): readonly StateSpan[] {
  const states: StateSpan[] = []
  tree.iterate({
    enter: ({ node }) => {
      if (node.name !== 'Property') return
      const holder = node.parent?.parent
      const name = node.getChild('PropertyName')
      if (name === null || holder?.name !== 'Property' || keyOf(holder, text) !== 'States') return
      if (node.getChild('Object') === null) return
      states.push({
        name: keyOf(node, text) ?? '',
        from: node.from,
        to: node.to,
        nameFrom: name.from,
        nameTo: name.to,
      })
    },
  })
  return states
}

/** The innermost state around a place. */
export function stateAt(states: readonly StateSpan[], at: number): StateSpan | undefined {
  return states.filter(({ from, to }) => from <= at && at <= to).at(-1)
}

/** The way to the value, or to the name of a member, that stands there. */
export function pathAt(tree: Tree, text: string, at: number): Path {
  const path: (string | number)[] = []
  let node: SyntaxNode | null = tree.resolveInner(at, -1)
  while (node !== null) {
    const { parent }: SyntaxNode = node
    if (node.name === 'Property') path.unshift(keyOf(node, text) ?? '')
    else if (parent?.name === 'Array' && isValue(node)) path.unshift(indexIn(parent, node))
    node = parent
  }
  return path
}

/** Strings of the members `name` of an object's text, such as the `Type` of a state. */
export function memberText(object: SyntaxNode | null, name: string, text: string): string | undefined {
  const found = object?.getChildren('Property').find((one) => keyOf(one, text) === name)
  const value = found?.getChild('String')
  return value === null || value === undefined ? undefined : textOf(value, text)
}

export function keyOf(property: SyntaxNode, text: string): string | undefined {
  const name = property.getChild('PropertyName')
  return name === null ? undefined : textOf(name, text)
}

/** A string's value; as it stands when it is not whole yet. */
export function textOf({ from, to }: Span, text: string): string {
  const quoted = text.slice(from, to)
  try {
    const value: unknown = JSON.parse(quoted)
    return String(value)
  } catch {
    // Still being typed.
    return quoted.replaceAll('"', '')
  }
}

const isValue = ({ name }: SyntaxNode): boolean => /^(Object|Array|String|Number|True|False|Null)$/.test(name)

function indexIn(array: SyntaxNode, item: SyntaxNode): number {
  let index = 0
  for (let node = array.firstChild; node !== null && node.from < item.from; node = node.nextSibling) {
    if (isValue(node)) index++
  }
  return index
}
