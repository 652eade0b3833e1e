/** Asks ELK, in a worker of its own, where everything goes; and makes absolute what it answers. */
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js'
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import type { GraphPlan } from './plan.ts'

export type Point = { readonly x: number; readonly y: number }
export type Rect = Point & { readonly width: number; readonly height: number }

export type Layout = {
  /** Relative to the parent. */
  readonly boxes: ReadonlyMap<string, Rect>
  /** Absolute. */
  readonly lines: ReadonlyMap<string, { readonly points: readonly Point[]; readonly label: Point | undefined }>
}

let elk: InstanceType<typeof ELK> | undefined

export async function layOut({ elk: asked }: GraphPlan): Promise<Layout> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) })
  return layoutOf(await elk.layout(asked))
}

export function layoutOf(root: ElkNode): Layout {
  const boxes = new Map<string, Rect>()
  const origins = new Map<string, Point>([[root.id, { x: 0, y: 0 }]])
  const visit = (node: ElkNode, origin: Point): void => {
    for (const child of node.children ?? []) {
      const { x = 0, y = 0, width = 0, height = 0 } = child
      boxes.set(child.id, { x, y, width, height })
      const at = { x: origin.x + x, y: origin.y + y }
      origins.set(child.id, at)
      visit(child, at)
    }
  }
  visit(root, { x: 0, y: 0 })
  const lines = new Map((root.edges ?? []).map((edge) => [edge.id, routeOf(edge, origins)]))
  return { boxes, lines }
}

/** ELK tells the points of a line relative to the box that holds both of its ends. */
function routeOf(edge: ElkExtendedEdge & { readonly container?: string }, origins: ReadonlyMap<string, Point>) {
  const origin = origins.get(edge.container ?? 'root') ?? { x: 0, y: 0 }
  const absolute = ({ x, y }: Point): Point => ({ x: origin.x + x, y: origin.y + y })
  const [section] = edge.sections ?? []
  const points = section === undefined ? [] : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]
  const [label] = edge.labels ?? []
  const { x, y, width = 0, height = 0 } = label ?? {}
  return {
    points: points.map(absolute),
    label: x === undefined || y === undefined ? undefined : absolute({ x: x + width / 2, y: y + height / 2 }),
  }
}
