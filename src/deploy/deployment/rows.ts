/** Deployments as rows, and as the objects that verbs and machines work with. */
import type { Hands, Reach } from '../../access/index.ts'
import type { Actor } from '../../audit/index.ts'
import type { Glass } from '../approval/break-glass.ts'
import type { Weights } from '../deployer.ts'
import { deployError } from '../errors.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { TrafficReading } from '../evidence/traffic.ts'
import type { Diagnosis } from '../failure.ts'
import type { Lapsed } from '../health/judge.ts'
import type { Plan } from '../plan/plan.ts'
import type { Place } from '../place.ts'
import type { Queries } from '../sql.ts'
import type { Transaction } from '../../store/index.ts'
import type { StateName } from '../machine/states.ts'
import type { Wish } from '../strategy/decide.ts'
import { noteChange } from './changes.ts'
import type { Sight } from './sight.ts'

/** `deploy`: a new release. `rollback`: back to the warm one. `return`: any other release of the history, brought up anew. */
export type DeploymentKind = 'deploy' | 'rollback' | 'return'
export type DeploymentStatus = 'running' | 'paused' | 'succeeded' | 'failed' | 'halted'
/** What is to be done with what was begun. */
export type Course = 'forward' | 'compensate' | 'finish'

/** What a deployment remembers of its way, so that it can go on from anywhere. */
export type Progress = {
  /** Index of the strategy's step under way. */
  readonly step: number
  /** Since when its traffic flows. */
  readonly shiftedAt?: number
  /** Since when the health of its instances is awaited. */
  readonly awaitedSince?: number
  /** Instances that were well and then were not: what flaps does so over many visits. */
  readonly lapsed?: Lapsed
  /** Traffic as it was last divided. */
  readonly weights?: Weights
  /** Hooks that have ended well: `before/0`. */
  readonly hooksDone: readonly string[]
  readonly readings: Readonly<Partial<Record<'begin' | 'shift' | 'switched' | 'end', TrafficReading>>>
  /** Sums of the incoming fleet when the step's traffic began to flow. */
  readonly requestsAtShift?: number
  /** How often the traffic was judged, for the statistics. */
  readonly looks: number
  /** As `looks` was when the step's traffic began to flow. */
  readonly looksAtShift?: number
  /** Where to go on after a pause. */
  readonly resumeAt?: StateName
  readonly lastFailure?: Diagnosis
  /** The state on the way forward in which it was last. */
  readonly lastState?: StateName
  /** How often a hook failed: the next try has a name of its own. */
  readonly hookFailures?: number
  /** Told to people: what is being waited for. */
  readonly waitingFor?: string
  /** Hooks after a failure that failed themselves. */
  readonly remarks?: readonly string[]
  /** The fleet whose half-stopped parts a rollback has taken over: they are its to stop, no longer this one's. */
  readonly takenOver?: string
  /** Since when, and until when, others are asked to agree; and how much time the deployment has left once they did. */
  readonly approval?: { readonly askedAt: number; readonly expiresAt: number; readonly remainingMs: number }
}

export const noProgress: Progress = { step: 0, hooksDone: [], readings: {}, looks: 0 }

export type Deployment = Place & {
  readonly id: string
  readonly position: number
  readonly target: string
  readonly kind: DeploymentKind
  readonly releaseId: string
  readonly fleet: string
  readonly retryOf: string | null
  readonly startFrom: StateName | null
  readonly status: DeploymentStatus
  readonly course: Course
  readonly state: StateName
  readonly control: Wish
  readonly controlReason: string | null
  readonly expectedPlan: string | null
  readonly planHash: string | null
  readonly plan: Plan | undefined
  readonly progress: Progress
  readonly sight: Sight | undefined
  readonly diagnosis: Diagnosis | undefined
  readonly evidence: Evidence | undefined
  readonly term: number
  readonly run: number
  readonly executionArn: string | null
  readonly requestedBy: Actor
  /** In whose hands it was who asked, then; null of deployments that are older than this column. */
  readonly requesterHands: Hands | null
  readonly createdAt: number
  readonly deadlineAt: number
  readonly pausedAt: number | null
  readonly committedAt: number | null
  readonly endedAt: number | null
  /** 1 while it has ended and something is still to be taken down for it. */
  readonly leftovers: number
  /** How many others have to agree, as it was when it began. */
  readonly approvalsNeeded: number
  /** Hash of the plan that was agreed to. */
  readonly approvedPlan: string | null
  /** When somebody went ahead without approval. */
  readonly glass: Glass | undefined
}

/** What is long, and of no use in a list: a plan holds all its calls. */
type Long = 'plan' | 'progress' | 'sight'

/** A deployment as histories hold it. */
export type PastDeployment = Omit<Deployment, Long>

/** JSON columns as text. */
type Row = Omit<
  Deployment,
  'plan' | 'progress' | 'sight' | 'diagnosis' | 'evidence' | 'requestedBy' | 'requesterHands' | 'glass'
> & {
  readonly plan: string | null
  readonly progress: string
  readonly sight: string | null
  readonly diagnosis: string | null
  readonly evidence: string | null
  readonly requestedBy: string
  readonly requesterHands: string | null
  readonly glass: string | null
}

type PastRow = Omit<Row, Long>

const columnOf = {
  id: 'id',
  position: 'position',
  project: 'project',
  config: 'config',
  target: 'target',
  kind: 'kind',
  releaseId: 'release_id',
  fleet: 'fleet',
  retryOf: 'retry_of',
  startFrom: 'start_from',
  status: 'status',
  course: 'course',
  state: 'state',
  control: 'control',
  controlReason: 'control_reason',
  expectedPlan: 'expected_plan',
  planHash: 'plan_hash',
  plan: 'plan',
  progress: 'progress',
  sight: 'sight',
  diagnosis: 'diagnosis',
  evidence: 'evidence',
  term: 'term',
  run: 'run',
  executionArn: 'execution_arn',
  requestedBy: 'requested_by',
  requesterHands: 'requester_hands',
  createdAt: 'created_at',
  deadlineAt: 'deadline_at',
  pausedAt: 'paused_at',
  committedAt: 'committed_at',
  endedAt: 'ended_at',
  leftovers: 'leftovers',
  approvalsNeeded: 'approvals_needed',
  approvedPlan: 'approved_plan',
  glass: 'glass',
} as const satisfies Record<keyof Row, string>

const selected = (without: readonly Long[]): string =>
  Object.entries(columnOf)
    .filter(([member]) => without.every((long) => long !== member))
    .map(([member, column]) => `${column} AS ${member}`)
    .join(', ')

const columns = selected([])
const pastColumns = selected(['plan', 'progress', 'sight'])

export type NewDeployment = Place &
  Pick<Deployment, 'id' | 'target' | 'kind' | 'releaseId' | 'fleet' | 'term' | 'requestedBy' | 'createdAt'> &
  Pick<Deployment, 'deadlineAt' | 'requesterHands'> &
  Partial<Pick<Deployment, 'retryOf' | 'startFrom' | 'expectedPlan' | 'approvalsNeeded'>>

export function insertDeployment(tx: Transaction, made: NewDeployment): void {
  noteChange(tx, made.id)
  tx.prepare(
    `INSERT INTO deployment (id, position, project, config, target, kind, release_id, fleet, retry_of, start_from,
      status, course, state, control, expected_plan, progress, term, run, requested_by, created_at, deadline_at,
      leftovers, approvals_needed, requester_hands)
    VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM deployment), ?, ?, ?, ?, ?, ?, ?, ?, 'running', 'forward',
      'Validate', 'run', ?, ?, ?, 0, ?, ?, ?, 0, ?, ?)`,
  ).run(
    made.id,
    made.project,
    made.config,
    made.target,
    made.kind,
    made.releaseId,
    made.fleet,
    made.retryOf ?? null,
    made.startFrom ?? null,
    made.expectedPlan ?? null,
    JSON.stringify(noProgress),
    made.term,
    JSON.stringify(made.requestedBy),
    made.createdAt,
    made.deadlineAt,
    made.approvalsNeeded ?? 0,
    JSON.stringify(made.requesterHands),
  )
}

export function findDeployment(queries: Queries, id: string): Deployment | undefined {
  const row = queries.prepare<Row>(`SELECT ${columns} FROM deployment WHERE id = ?`).get(id)
  return row === undefined ? undefined : deploymentOf(row)
}

/** @throws HoldfastError deploy.deployment_missing */
export function requireDeployment(queries: Queries, id: string): Deployment {
  const found = findDeployment(queries, id)
  if (found === undefined)
    throw deployError('deploy.deployment_missing', `There is no deployment ${id}`, { place: 'id' })
  return found
}

/** Asked often, and a whole row with its plan is long. */
export function hasEnded(queries: Queries, id: string): boolean {
  const sql = 'SELECT 1 AS ended FROM deployment WHERE id = ? AND ended_at IS NOT NULL'
  return queries.prepare<{ ended: number }>(sql).get(id) !== undefined
}

/** @throws HoldfastError deploy.deployment_missing */
export function releaseOfFleet(queries: Queries, fleet: string): string {
  const row = queries
    .prepare<{ releaseId: string }>('SELECT release_id AS releaseId FROM deployment WHERE id = ?')
    .get(fleet)
  return row?.releaseId ?? requireDeployment(queries, fleet).releaseId
}

/** Fleet → release, of those that are known. */
export function releasesOfFleets(queries: Queries, fleets: readonly string[]): Readonly<Record<string, string>> {
  if (fleets.length === 0) return {}
  const rows = queries
    .prepare<{ id: string; releaseId: string }>(
      `SELECT id, release_id AS releaseId FROM deployment WHERE id IN (${fleets.map(() => '?').join(', ')})`,
    )
    .all(...fleets)
  return Object.fromEntries(rows.map(({ id, releaseId }) => [id, releaseId]))
}

/** Those that have not ended, oldest first. */
export function openDeployments(queries: Queries): Deployment[] {
  // Sorted here: asked for an order, SQLite walks the whole history in that order.
  const rows = queries.prepare<Row>(`SELECT ${columns} FROM deployment WHERE ended_at IS NULL`).all()
  return rows.toSorted((a, b) => a.position - b.position).map(deploymentOf)
}

/** Those that have ended and have left something to take down. */
export function unfinishedDeployments(queries: Queries): Deployment[] {
  return queries.prepare<Row>(`SELECT ${columns} FROM deployment WHERE leftovers = 1`).all().map(deploymentOf)
}

export function openDeploymentAt(queries: Queries, { project, config }: Place): Deployment | undefined {
  const sql = `SELECT ${columns} FROM deployment WHERE project = ? AND config = ? AND ended_at IS NULL`
  const [oldest] = queries
    .prepare<Row>(sql)
    .all(project, config)
    .toSorted((a, b) => a.position - b.position)
  return oldest === undefined ? undefined : deploymentOf(oldest)
}

/** What a person wants of it: asked often while it waits. @throws HoldfastError deploy.deployment_missing */
export function wishFor(queries: Queries, id: string): Wish {
  const row = queries.prepare<{ control: Wish }>('SELECT control FROM deployment WHERE id = ?').get(id)
  return row?.control ?? requireDeployment(queries, id).control
}

export type HistoryPage = Partial<Place> & {
  readonly before?: number | undefined
  readonly limit: number
  /** Only of these places. */
  readonly within?: Reach
}

/** Newest first. */
export function deploymentHistory(queries: Queries, page: HistoryPage): PastDeployment[] {
  const { project, config, before, limit, within = 'everywhere' } = page
  const asked = [
    ['project = ?', project] as const,
    ['config = ?', config] as const,
    ['position < ?', before] as const,
  ].flatMap(([condition, value]) => (value === undefined ? [] : [[condition, value] as const]))
  const reach = conditionOf(within)
  const conditions = [...asked.map(([condition]) => condition), ...(reach === undefined ? [] : [reach.condition])]
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const sql = `SELECT ${pastColumns} FROM deployment ${where} ORDER BY position DESC LIMIT ?`
  const rows = queries.prepare<PastRow>(sql).all(...asked.map(([, value]) => value), ...(reach?.values ?? []), limit)
  return rows.map(pastDeploymentOf)
}

/** The places that grants reach, as SQL; undefined for all of them. */
function conditionOf(reach: Reach): { readonly condition: string; readonly values: readonly string[] } | undefined {
  if (reach === 'everywhere') return undefined
  const places = reach.flatMap(({ project, config }) => (project === undefined ? [] : [{ project, config }]))
  const conditions = places.map(({ config }) => (config === undefined ? 'project = ?' : '(project = ? AND config = ?)'))
  const values = places.flatMap(({ project, config }) => (config === undefined ? [project] : [project, config]))
  return { condition: conditions.length === 0 ? '1 = 0' : `(${conditions.join(' OR ')})`, values }
}

/** The last deployment of a release, whatever became of it. */
export function lastDeploymentOf(queries: Queries, releaseId: string): Deployment | undefined {
  const sql = `SELECT ${columns} FROM deployment WHERE release_id = ? ORDER BY position DESC LIMIT 1`
  const row = queries.prepare<Row>(sql).get(releaseId)
  return row === undefined ? undefined : deploymentOf(row)
}

/** Which deployment put this fleet in charge last: the one that made it, or a rollback to it. */
export function lastCommitOf(queries: Queries, fleet: string): Deployment | undefined {
  const { project, config } = requireDeployment(queries, fleet)
  const sql = `SELECT ${columns} FROM deployment WHERE project = ? AND config = ? AND fleet = ? AND committed_at IS NOT NULL
    ORDER BY position DESC LIMIT 1`
  const row = queries.prepare<Row>(sql).get(project, config, fleet)
  return row === undefined ? undefined : deploymentOf(row)
}

/** The deployment that took this release out for the first time, if it came to serve. */
export function deployedBefore(
  queries: Queries,
  { project, config }: Place,
  releaseId: string,
): Deployment | undefined {
  const sql = `SELECT ${columns} FROM deployment WHERE release_id = ? AND project = ? AND config = ? AND kind = 'deploy'
    AND committed_at IS NOT NULL ORDER BY position DESC LIMIT 1`
  const row = queries.prepare<Row>(sql).get(releaseId, project, config)
  return row === undefined ? undefined : deploymentOf(row)
}

export type DeploymentChange = Partial<
  Pick<
    Deployment,
    | 'status'
    | 'course'
    | 'state'
    | 'control'
    | 'controlReason'
    | 'planHash'
    | 'plan'
    | 'progress'
    | 'sight'
    | 'evidence'
    | 'term'
    | 'run'
    | 'executionArn'
    | 'startFrom'
    | 'deadlineAt'
    | 'pausedAt'
    | 'committedAt'
    | 'endedAt'
    | 'leftovers'
    | 'approvedPlan'
    | 'glass'
  > & { readonly diagnosis: Diagnosis | null }
>

const jsonMembers: ReadonlySet<string> = new Set(['plan', 'progress', 'sight', 'diagnosis', 'evidence', 'glass'])

/** Writes the members given. The caller has made sure that it may (term, lock). */
export function changeDeployment(tx: Transaction, id: string, change: DeploymentChange): void {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  if (given.length === 0) return
  noteChange(tx, id)
  const set = given.map(([member]) => `${columnFor(member)} = ?`).join(', ')
  const values = given.map(([member, value]) =>
    value !== null && jsonMembers.has(member) ? JSON.stringify(value) : asSql(value),
  )
  tx.prepare(`UPDATE deployment SET ${set} WHERE id = ?`).run(...values, id)
}

/** A member of `DeploymentChange` has a column: the type of both says so. */
const columnFor = (member: string): string => columnOf[member as keyof Row]

/** Members that are no JSON are texts, numbers or null. */
const asSql = (value: unknown): string | number | null => value as string | number | null

/** The columns hold what this file wrote. */
function deploymentOf(row: Row): Deployment {
  return {
    ...pastDeploymentOf(row),
    plan: read<Plan>(row.plan),
    progress: read<Progress>(row.progress) ?? noProgress,
    sight: read<Sight>(row.sight),
  }
}

/** Also of a whole row: the long columns of that one stay as they are. */
function pastDeploymentOf<Found extends PastRow>(row: Found) {
  return {
    ...row,
    diagnosis: read<Diagnosis>(row.diagnosis),
    evidence: read<Evidence>(row.evidence),
    requestedBy: JSON.parse(row.requestedBy) as Actor,
    requesterHands: row.requesterHands === null ? null : (JSON.parse(row.requesterHands) as Hands),
    glass: read<Glass>(row.glass),
  }
}

const read = <T>(text: string | null): T | undefined => (text === null ? undefined : (JSON.parse(text) as T))
