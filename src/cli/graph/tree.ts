/** A state machine as an indented text: each state with what leads out of it. */
import type { Graph, GraphEdge, GraphNode } from '../../asl/index.ts'
import { type Paint, printable } from '../paint.ts'

export function drawTree(graph: Graph, paint: Paint): string {
  return drawScope(graph, paint).join('\n')
}

function drawScope(graph: Graph, paint: Paint): string[] {
  return inOrderOfFlow(graph).flatMap((node) => drawNode(node, graph.startAt === node.name, paint))
}

function drawNode(node: GraphNode, starts: boolean, paint: Paint): string[] {
  const summary = node.summary === '' ? '' : `  ${paint.dim(printable(node.summary))}`
  const head = `${starts ? '▶' : '○'} ${paint.bold(printable(node.name))}  ${node.type}${summary}`
  const scopes = node.scopes.flatMap(({ label, graph }) => [
    `│ ${paint.dim(label)}`,
    ...drawScope(graph, paint).map((line) => `│   ${line}`),
  ])
  const exits = [...node.edges.map((edge) => drawEdge(edge, paint)), ...(node.ends ? ['end'] : [])]
  return [head, ...scopes, ...exits.map((exit, i) => `${i === exits.length - 1 ? '└' : '├'} ${exit}`)]
}

function drawEdge({ kind, to, label }: GraphEdge, paint: Paint): string {
  const word =
    kind === 'catch' ? `on ${label} ` : kind === 'next' ? '' : kind === 'choice' ? `if ${label} ` : `${label} `
  return `${paint.dim(printable(word))}→ ${printable(to)}`
}

/** From the start along the edges; what nothing leads to comes last. */
function inOrderOfFlow(graph: Graph): readonly GraphNode[] {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]))
  const ordered = new Set<GraphNode>()
  const open = [graph.startAt]
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    const node = nodes.get(name)
    if (node === undefined || ordered.has(node)) continue
    ordered.add(node)
    open.push(...node.edges.map((edge) => edge.to))
  }
  for (const node of graph.nodes) ordered.add(node)
  return [...ordered]
}
