/** A state machine as boxes and lines to be laid out: what ELK is asked. Pure. */
import type { ElkNode } from 'elkjs/lib/elk-api.js'
import type { Graph, GraphEdge, GraphNode } from '../../../asl/index.ts'

/** What stands in a box. Names of states are unique in a whole machine, so they serve as ids. */
export type Box =
  | { readonly kind: 'state'; readonly id: string; readonly node: GraphNode; readonly parent: string | undefined }
  | { readonly kind: 'scope'; readonly id: string; readonly label: string; readonly parent: string }
  | { readonly kind: 'start' | 'end'; readonly id: string; readonly parent: undefined }

export type Line = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly kind: GraphEdge['kind']
  readonly label: string
}

export type GraphPlan = { readonly boxes: readonly Box[]; readonly lines: readonly Line[]; readonly elk: ElkNode }

const size = { width: 190, height: 46 }
const dot = { width: 44, height: 22 }
const startId = '\u0000start'
const endId = '\u0000end'
const longestLabel = 34

export function planGraph(graph: Graph): GraphPlan {
  const boxes: Box[] = [{ kind: 'start', id: startId, parent: undefined }]
  const lines: Line[] = [lineOf(startId, graph.startAt, 'next', '')]
  collect(graph, undefined, { boxes, lines })
  const known = new Set(boxes.map(({ id }) => id))
  const ends = graph.nodes.filter(({ ends: isEnd }) => isEnd)
  if (ends.length > 0) {
    boxes.push({ kind: 'end', id: endId, parent: undefined })
    known.add(endId)
    lines.push(...ends.map(({ name }) => lineOf(name, endId, 'next', '')))
  }
  const drawn = lines.filter(({ from, to }) => known.has(from) && known.has(to))
  return { boxes, lines: drawn, elk: elkOf(boxes, drawn) }
}

type Collected = { readonly boxes: Box[]; readonly lines: Line[] }

function collect({ nodes }: Graph, parent: string | undefined, into: Collected): void {
  for (const node of nodes) {
    into.boxes.push({ kind: 'state', id: node.name, node, parent })
    into.lines.push(...node.edges.map(({ kind, to, label }, index) => lineOf(node.name, to, kind, label, index)))
    for (const [index, { label, graph }] of node.scopes.entries()) {
      const id = `${node.name}\u0000${index}`
      into.boxes.push({ kind: 'scope', id, label, parent: node.name })
      collect(graph, id, into)
    }
  }
}

function lineOf(from: string, to: string, kind: Line['kind'], label: string, index = 0): Line {
  const short = label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1)}…`
  return { id: `${from}\u0000${index}\u0000${kind}\u0000${to}`, from, to, kind, label: short }
}

function elkOf(boxes: readonly Box[], lines: readonly Line[]): ElkNode {
  const childrenOf = Map.groupBy(boxes, ({ parent }) => parent)
  const toElk = (box: Box): ElkNode => {
    const children = (childrenOf.get(box.id) ?? []).map(toElk)
    if (children.length === 0) return { id: box.id, ...(box.kind === 'state' ? size : dot) }
    // Room for the name of what is inside, above it.
    const top = box.kind === 'state' ? 54 : 30
    return {
      id: box.id,
      children,
      layoutOptions: { 'elk.padding': `[top=${top},left=14,bottom=14,right=14]` },
    }
  }
  return {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.spacing.nodeNodeBetweenLayers': '36',
      'elk.spacing.nodeNode': '28',
      'elk.spacing.edgeNode': '18',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.edgeLabels.inline': 'true',
    },
    children: (childrenOf.get(undefined) ?? []).map(toElk),
    edges: lines.map(({ id, from, to, label }) => ({
      id,
      sources: [from],
      targets: [to],
      ...(label === '' ? {} : { labels: [{ text: label, width: label.length * 6.2 + 10, height: 18 }] }),
    })),
  }
}
