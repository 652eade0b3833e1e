/**
 * Holdfast's own lint rules. The decisions are in `layers.ts`; here they meet oxlint's plugin interface, of whose tree
 * only the members named below are read.
 */
import { isBuiltin } from 'node:module'
import { dirname, resolve } from 'node:path'
import { type LayerTable, placeInSource, refuseImport } from './layers.ts'
import { isPartOfPurity, refuseCall, refuseMember, refuseName } from './purity.ts'

type Node = { readonly type: string; readonly parent: Node | null }
type Identifier = Node & { readonly name: string }
type Literal = Node & { readonly value: unknown }
type WithSource = Node & { readonly source: Literal | null }
type Member = Node & { readonly object: Node; readonly property: Node; readonly computed: boolean }
type Call = Node & { readonly callee: Node; readonly arguments: readonly Node[] }
type Declarator = Node & { readonly id: Node; readonly init: Node | null }

type Reference = {
  readonly identifier: Node
  readonly resolved: { readonly defs: readonly unknown[] } | null
  readonly isTypeReference?: boolean
}

type Context = {
  readonly filename: string
  readonly cwd: string
  readonly options: readonly unknown[]
  readonly sourceCode: { getScope(node: Node): { readonly references: readonly Reference[] } }
  report(finding: { readonly node: Node; readonly message: string }): void
}

type LayersOptions = { readonly sourceRoot: string; readonly table: LayerTable }
type PureOptions = { readonly purity: 'pure' | 'guided'; readonly packages?: readonly string[] }

/** Imports follow the layer table and enter a folder through its index.ts. */
const layers = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },
  create(context: Context) {
    const { sourceRoot, table } = optionsOf<LayersOptions>(context)
    const from = placeInSource(sourceRoot, context.filename)
    return forEachSource((node, source) => {
      if (from === undefined || !source.startsWith('.')) return
      const to = placeInSource(sourceRoot, resolve(dirname(context.filename), source))
      const message = to === undefined ? leavesSource(source) : refuseImport(table, from, to)
      if (message !== undefined) context.report({ node, message })
    })
  },
}

/** Clock, chance, environment and network come in as arguments. */
const pure = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },
  create(context: Context) {
    const { purity, packages = [] } = optionsOf<PureOptions>(context)
    const report = (node: Node, message: string | undefined): void => {
      if (message !== undefined) context.report({ node, message })
    }
    const globalName = (node: Node): string | undefined =>
      isIdentifier(node) && isPartOfPurity(node.name) && isGlobal(context, node) ? node.name : undefined
    const imports =
      purity === 'pure' ? forEachSource((node, source) => report(node, refusePackage(source, packages))) : {}
    return {
      ...imports,
      Identifier(node: Identifier) {
        if (globalName(node) !== undefined) report(node, refuseName(purity, node.name))
      },
      MemberExpression(node: Member) {
        report(node, refuseMember(purity, globalName(node.object), propertyName(node)))
      },
      CallExpression(node: Call) {
        report(node, refuseCall(globalName(node.callee), 'call', node.arguments.length))
      },
      NewExpression(node: Call) {
        report(node, refuseCall(globalName(node.callee), 'new', node.arguments.length))
      },
      VariableDeclarator(node: Declarator) {
        // `const { random } = Math` takes the member out where nobody looks for it.
        const from = node.init === null ? undefined : globalName(node.init)
        if (from !== undefined) report(node, refuseMember(purity, from, undefined))
      },
    }
  },
}

export default { meta: { name: 'holdfast' }, rules: { layers, pure } }

function forEachSource(visit: (node: Node, source: string) => void) {
  const check = (node: WithSource): void => {
    if (typeof node.source?.value === 'string') visit(node, node.source.value)
  }
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
    TSImportType: check,
  }
}

function leavesSource(source: string): string {
  return `${source} lies outside src/: code that ships imports nothing from tests, benchmarks, scripts or examples.`
}

function refusePackage(source: string, allowed: readonly string[]): string | undefined {
  if (source.startsWith('.') || allowed.includes(source)) return undefined
  const what = isBuiltin(source) ? 'a module of Node' : 'a package'
  return `${source} is ${what}: this folder is pure and imports only what lies in src/; take what it does as an argument.`
}

/** A value that no declaration of this file stands behind: oxlint's own list of globals lags behind the platform. */
function isGlobal(context: Context, node: Node): boolean {
  const reference = context.sourceCode.getScope(node).references.find(({ identifier }) => identifier === node)
  if (reference === undefined || reference.isTypeReference === true) return false
  return reference.resolved === null || reference.resolved.defs.length === 0
}

function isIdentifier(node: Node): node is Identifier {
  return node.type === 'Identifier'
}

/** Undefined when the name is computed and not a literal: then nobody knows what is taken. */
function propertyName(node: Member): string | undefined {
  if (!node.computed && isIdentifier(node.property)) return node.property.name
  const { value } = node.property as Literal // a literal has a value; any other node has none, which reads as undefined
  return typeof value === 'string' ? value : undefined
}

/** oxlint hands options over as JSON, checked by nobody: they come from `oxlint.config.ts` alone, which is typed. */
function optionsOf<T>(context: Context): T {
  return context.options[0] as T
}
