/** A state machine in the language of Graphviz: `holdfast asl graph FILE --dot | dot -Tsvg`. */
import type { Graph, GraphEdge, GraphNode } from '../../asl/index.ts'

export function drawDot(graph: Graph): string {
  const lines = [
    'digraph machine {',
    '  rankdir=TB',
    '  compound=true',
    '  node [shape=box, style=rounded, fontname="sans-serif"]',
  ]
  return [...lines, ...drawScope(graph, '').map((line) => `  ${line}`), '}'].join('\n')
}

/** `path` keeps states of equal names in different scopes apart. */
function drawScope(graph: Graph, path: string): string[] {
  const start = quote(`${path}start`)
  return [
    `${start} [shape=point]`,
    `${start} -> ${quote(path + graph.startAt)}`,
    ...graph.nodes.flatMap((node) => drawNode(node, path)),
  ]
}

function drawNode(node: GraphNode, path: string): string[] {
  const id = path + node.name
  return [
    `${quote(id)} [label=${quote(`${node.name}\n${node.type}`)}]`,
    ...node.edges.map((edge) => drawEdge(id, edge, path)),
    ...node.scopes.flatMap(({ label, graph }, i) => drawCluster(id, label, graph, i)),
  ]
}

function drawEdge(from: string, { kind, to, label }: GraphEdge, path: string): string {
  const looks = [...(label === '' ? [] : [`label=${quote(label)}`]), ...(kind === 'catch' ? ['style=dashed'] : [])]
  return `${quote(from)} -> ${quote(path + to)}${looks.length === 0 ? '' : ` [${looks.join(', ')}]`}`
}

function drawCluster(owner: string, label: string, graph: Graph, index: number): string[] {
  const path = `${owner}/${index}/`
  return [
    `subgraph ${quote(`cluster ${path}`)} {`,
    `  label=${quote(label)}`,
    ...drawScope(graph, path).map((line) => `  ${line}`),
    '}',
    `${quote(owner)} -> ${quote(`${path}start`)} [style=dotted]`,
  ]
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
