/** Compiled `.$` values. */
import type { Json } from '../../base/index.ts'
import { type Path, PathNotFound, PathSyntaxError } from '../path/index.ts'
import type { Chance } from '../ports.ts'
import { Call } from './call.ts'
import { type Node, parseValue } from './parse.ts'
import { type IntrinsicName, intrinsics } from './registry.ts'

/** What an expression can read. Functions, because parsing a document is expensive and often not needed. */
export interface ValueScope {
  input(): Json
  context(): Json
  /** Undefined when no such variable is set. */
  variable(name: string): Json | undefined
}

export interface ValueExpression {
  /** As written. */
  readonly text: string
  readonly kind: 'path' | 'intrinsic'
  /** Only of kind `path`. */
  readonly path?: Path
  /** Names without `$`, sorted, without duplicates. */
  readonly variables: readonly string[]
  readonly readsContext: boolean
  readonly readsInput: boolean
  /** @throws PathNotFound @throws IntrinsicFailure */
  evaluate(scope: ValueScope, chance: Chance): Json
}

/** Compiles what stands in a `.$` field: `$…`, `$$…`, `$name…` or `States.Name(…)`. @throws PathSyntaxError, also as ValueSyntaxError */
export function compileValue(text: string): ValueExpression {
  const node = parseValue(text)
  const paths = pathsIn(node)
  return {
    text,
    kind: node.kind === 'path' ? 'path' : 'intrinsic',
    ...(node.kind === 'path' ? { path: node.path } : {}),
    variables: variablesOf(paths),
    readsContext: paths.some((path) => path.source.kind === 'context'),
    readsInput: paths.some((path) => path.source.kind === 'input'),
    evaluate: evaluatorOf(node),
  }
}

/** Whether `compileValue` accepts the text. */
export function isValue(text: string): boolean {
  try {
    parseValue(text)
    return true
  } catch (error) {
    if (error instanceof PathSyntaxError) return false
    throw error
  }
}

function pathsIn(node: Node): readonly Path[] {
  if (node.kind === 'path') return [node.path]
  return node.kind === 'call' ? node.parts.flatMap(pathsIn) : []
}

function variablesOf(paths: readonly Path[]): readonly string[] {
  const names = new Set<string>()
  for (const { source } of paths) if (source.kind === 'variable') names.add(source.name)
  return [...names].toSorted()
}

type Evaluator = (scope: ValueScope, chance: Chance) => Json

function evaluatorOf(node: Node): Evaluator {
  switch (node.kind) {
    case 'literal':
      return () => node.value
    case 'path':
      return readerOf(node.path)
    case 'call':
      return callerOf(node.name, node.text, node.parts)
  }
}

function readerOf(path: Path): Evaluator {
  const { source } = path
  switch (source.kind) {
    case 'input':
      return (scope) => path.read(scope.input())
    case 'context':
      return (scope) => path.read(scope.context())
    case 'variable':
      return (scope) => path.read(variableIn(scope, source.name, path))
  }
}

function variableIn(scope: ValueScope, name: string, path: Path): Json {
  const value = scope.variable(name)
  if (value === undefined) throw new PathNotFound(`The variable '$${name}' is not set`, 'variable', path.text)
  return value
}

/** An index past the end of an array is null in a payload, so it is in an argument; a key that is not there is an error. */
function argumentOf(path: Path): Evaluator {
  const read = readerOf(path)
  return (scope, chance) => {
    try {
      return read(scope, chance)
    } catch (error) {
      if (error instanceof PathNotFound && error.reason === 'index') return null
      throw error
    }
  }
}

function callerOf(name: IntrinsicName, text: string, parts: readonly Node[]): Evaluator {
  const { apply } = intrinsics[name]
  const literals = parts.map((part) => (part.kind === 'literal' ? part.spelled : undefined))
  const evaluators = parts.map((part) => (part.kind === 'path' ? argumentOf(part.path) : evaluatorOf(part)))
  return (scope, chance) => {
    const values = evaluators.map((evaluate) => evaluate(scope, chance))
    return apply(new Call(text, values, literals), chance)
  }
}
