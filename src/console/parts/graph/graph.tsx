/** A state machine, drawn: each state with how it stands. Loaded when a page shows one, for it is half as large as all the rest. */
import '@xyflow/react/dist/base.css'
import {
  BaseEdge,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react'
import { createContext, use, useEffect, useMemo, useRef, useState } from 'react'
import { type GraphNode, graphOf } from '../../../asl/index.ts'
import { parseJson, type Tone } from '../../../base/index.ts'
import { useWords } from '../../words/index.tsx'
import { StateIcon } from '../state.tsx'
import styles from './graph.module.css'
import { type Layout, layOut, type Point } from './layout.ts'
import { type Box, type GraphPlan, type Line, planGraph } from './plan.ts'

/** What a state shows besides its name. */
export type Mark = { readonly tone: Tone; readonly note: string | undefined }

export type MachineGraph = {
  /** The definition, JSON text. */
  readonly definition: string
  readonly label: string
  readonly markOf: (state: string) => Mark | undefined
  readonly selected: string | undefined
  readonly onSelect: (state: string) => void
}

type Shown = Pick<MachineGraph, 'markOf' | 'selected' | 'onSelect'>
const ShownContext = createContext<Shown | undefined>(undefined)

export function MachineGraph({ definition, label, ...shown }: MachineGraph) {
  const { t } = useWords()
  const plan = useMemo(() => planGraph(graphOf(parseJson(definition))), [definition])
  const isMoved = useRef(false)
  const laidOut = useLayout(plan)
  const drawing = useMemo(
    () => (laidOut === undefined ? undefined : drawingOf(laidOut.plan, laidOut.layout)),
    [laidOut],
  )
  if (drawing === undefined) return <p className={styles['drawing']}>{t('part.drawing')}</p>
  return (
    <ShownContext value={shown}>
      <div className={styles['graph']} role="group" aria-label={label}>
        <ReactFlow
          nodes={drawing.nodes}
          edges={drawing.edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          zoomOnDoubleClick={false}
          minZoom={0.1}
          maxZoom={1.5}
          fitView
          fitViewOptions={fit}
          proOptions={{ hideAttribution: true }}
          onMoveStart={(event) => {
            if (event !== null) isMoved.current = true
          }}
        >
          <Controls showInteractive={false} />
          <FollowSize drawing={drawing} isMoved={isMoved} />
        </ReactFlow>
      </div>
    </ShownContext>
  )
}

const fit = { padding: 0.06, maxZoom: 1 } as const

type LaidOut = { readonly plan: GraphPlan; readonly layout: Layout }

/** Undefined until the first is worked out; after that the one before stays, so that a graph that is edited does not blink. */
function useLayout(plan: GraphPlan): LaidOut | undefined {
  const [found, setFound] = useState<LaidOut>()
  useEffect(() => {
    let isCurrent = true
    void layOut(plan).then((layout) => isCurrent && setFound({ plan, layout }))
    return () => {
      isCurrent = false
    }
  }, [plan])
  return found
}

/** The whole of it stays in sight when the window or the machine changes; of another machine until somebody has moved it. */
function FollowSize({
  drawing,
  isMoved,
}: {
  readonly drawing: object
  readonly isMoved: { readonly current: boolean }
}) {
  const flow = useReactFlow()
  useEffect(() => {
    if (!isMoved.current) void flow.fitView(fit)
  }, [flow, drawing, isMoved])
  useEffect(() => {
    const onResize = (): void => void flow.fitView(fit)
    globalThis.addEventListener('resize', onResize)
    return () => globalThis.removeEventListener('resize', onResize)
  }, [flow])
  return null
}

type BoxNode = Node<{ readonly box: Box; readonly isContainer: boolean }>
type LineEdge = Edge<{ readonly line: Line; readonly points: readonly Point[]; readonly label: Point | undefined }>

function drawingOf({ boxes, lines }: GraphPlan, { boxes: rects, lines: routes }: Layout) {
  const parents = new Set(boxes.map(({ parent }) => parent))
  const nodes = boxes.map((box): BoxNode => {
    const { x, y, width, height } = rects.get(box.id) ?? { x: 0, y: 0, width: 0, height: 0 }
    return {
      id: box.id,
      type: 'box',
      position: { x, y },
      width,
      height,
      ...(box.parent === undefined ? {} : { parentId: box.parent }),
      data: { box, isContainer: parents.has(box.id) },
    }
  })
  const edges = lines.map((line): LineEdge => {
    const { points, label } = routes.get(line.id) ?? { points: [], label: undefined }
    return {
      id: line.id,
      type: 'line',
      source: line.from,
      target: line.to,
      zIndex: 1,
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--hf-quiet)' },
      data: { line, points, label },
    }
  })
  return { nodes, edges }
}

function BoxView({ data: { box, isContainer } }: NodeProps<BoxNode>) {
  const { t } = useWords()
  return (
    <>
      <Handle type="target" position={Position.Top} className={styles['handle']} isConnectable={false} />
      {box.kind === 'state' ? (
        <StateBox node={box.node} isContainer={isContainer} />
      ) : box.kind === 'scope' ? (
        <div className={styles['scope']}>{box.label}</div>
      ) : (
        <div className={styles['dot']}>{t(box.kind === 'start' ? 'part.graphStart' : 'part.graphEnd')}</div>
      )}
      <Handle type="source" position={Position.Bottom} className={styles['handle']} isConnectable={false} />
    </>
  )
}

function StateBox({
  node: { name, type, summary },
  isContainer,
}: {
  readonly node: GraphNode
  readonly isContainer: boolean
}) {
  const { t } = useWords()
  const shown = use(ShownContext)
  const mark = shown?.markOf(name)
  const does = summary === '' ? type : `${type} · ${summary}`
  const says = [name, mark === undefined ? undefined : t(`part.tone_${mark.tone}`), mark?.note]
  return (
    <button
      type="button"
      className={`${styles['state']} ${isContainer ? styles['container'] : ''} nopan`}
      data-tone={mark?.tone}
      data-state={name}
      aria-pressed={shown?.selected === name}
      aria-label={says.filter((part) => part !== undefined).join(', ')}
      aria-description={does}
      onClick={() => shown?.onSelect(name)}
    >
      <span className={styles['line']}>
        {mark === undefined ? null : <StateIcon tone={mark.tone} />}
        <span className={styles['name']}>{name}</span>
        {mark?.note === undefined ? null : <span className={styles['note']} data-says={mark.note} />}
      </span>
      <span className={styles['type']} data-says={does} />
    </button>
  )
}

function LineView({ id, data, markerEnd }: EdgeProps<LineEdge>) {
  if (data === undefined) return null
  const { line, points, label } = data
  return (
    <>
      <BaseEdge
        id={id}
        path={pathThrough(points)}
        className={styles['edge']}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        data-kind={line.kind}
      />
      {label === undefined ? null : (
        <EdgeLabelRenderer>
          <span
            className={styles['label']}
            data-kind={line.kind}
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
          >
            {line.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
}

const cornerRadius = 6

/** Straight from point to point, with its corners rounded off. */
function pathThrough(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]]
      if (before === undefined) return `M${point.x},${point.y}`
      if (after === undefined) return `L${point.x},${point.y}`
      const [a, b] = [towards(point, before), towards(point, after)]
      return `L${a.x},${a.y}Q${point.x},${point.y} ${b.x},${b.y}`
    })
    .join('')
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const part = length === 0 ? 0 : Math.min(cornerRadius, length / 2) / length
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

const nodeTypes = { box: BoxView }
const edgeTypes = { line: LineView }
