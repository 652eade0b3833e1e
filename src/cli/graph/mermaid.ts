/** A state machine in the language of Mermaid, which many viewers of Markdown draw. */
import type { Graph, GraphNode } from '../../asl/index.ts'

export function drawMermaid(graph: Graph): string {
  return ['stateDiagram-v2', ...drawScope(graph, 's').map((line) => `  ${line}`)].join('\n')
}

/** States are numbered below their scope, because names may hold any character and come again in other scopes. */
function drawScope(graph: Graph, path: string): string[] {
  const ids = new Map(graph.nodes.map((node, i) => [node.name, `${path}_${i}`]))
  const idOf = (name: string): string => ids.get(name) ?? `${path}_missing`
  return [`[*] --> ${idOf(graph.startAt)}`, ...graph.nodes.flatMap((node) => drawNode(node, idOf))]
}

function drawNode(node: GraphNode, idOf: (name: string) => string): string[] {
  const id = idOf(node.name)
  const inner = node.scopes.flatMap(({ graph }, i) => [...(i > 0 ? ['--'] : []), ...drawScope(graph, `${id}_${i}`)])
  return [
    `state "${quoteless(node.name)}" as ${id}`,
    ...(inner.length === 0 ? [] : [`state ${id} {`, ...inner.map((line) => `  ${line}`), '}']),
    ...node.edges.map(({ to, label }) => `${id} --> ${idOf(to)}${label === '' ? '' : ` : ${quoteless(label)}`}`),
    ...(node.ends ? [`${id} --> [*]`] : []),
  ]
}

/** Characters that end a label or begin a directive there. */
function quoteless(text: string): string {
  return text.replaceAll(/["\n\r;:#]/g, (character) => (character === '"' ? "'" : ' '))
}
