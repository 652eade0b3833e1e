/** Numbers that stand in the store: read when somebody scrapes, never before. */
import { Gauge, type Registry } from 'prom-client'
import { type Clock, HoldfastError } from '../base/index.ts'
import type { Store } from '../store/index.ts'

export type ReadingSources = {
  readonly store: Pick<Store, 'read' | 'fault'>
  readonly clock: Clock
  /** Bytes of the store's files or its database; undefined where it has none. */
  readonly storeBytes: () => number | undefined
  /** Works that wait for a batch, calls of tasks under way, express executions in memory. */
  readonly engine: () => { readonly queued: number; readonly calls: number; readonly express: number }
  /** How long finished executions are kept. */
  readonly keptMs: number
}

/** Read at each scrape; the shared view of one scrape is not needed: each number is true by itself. */
export function addReadings(registry: Registry, sources: ReadingSources): void {
  const { store, clock, engine, storeBytes, keptMs } = sources
  const number = (sql: string): number => Number(store.read.get<{ value: number | null }>(sql)?.value ?? 0)
  const ageOf = (sql: string): number => {
    const at = number(sql)
    return at === 0 ? 0 : Math.max(0, clock.now() - at) / 1000
  }
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        this.set(readable(read))
      },
    })
  }
  gauge('holdfast_executions_running', 'Executions that have not ended.', () =>
    number('SELECT COUNT(*) AS value FROM execution WHERE status = 0'),
  )
  gauge('holdfast_express_executions_running', 'Express executions in memory.', () => engine().express)
  gauge('holdfast_queue_works', 'Works that wait for the next batch.', () => engine().queued)
  gauge('holdfast_task_calls_running', 'Calls of tasks under way.', () => engine().calls)
  gauge('holdfast_inbox_events', 'Accepted events that wait for a slow expression.', () =>
    number('SELECT COUNT(*) AS value FROM inbox'),
  )
  gauge('holdfast_activity_queue_tasks', 'Tasks of activities that no worker has taken.', () =>
    number('SELECT COUNT(*) AS value FROM activity_task WHERE taken = 0'),
  )
  gauge('holdfast_timers', 'Timers set.', () => number('SELECT COUNT(*) AS value FROM timer'))
  gauge('holdfast_timer_lag_seconds', 'How long the earliest timer is overdue.', () =>
    ageOf('SELECT MIN(due) AS value FROM timer'),
  )
  gauge('holdfast_trail_unsealed_records', 'Records of the trail that are not in the chain yet.', () =>
    number('SELECT COUNT(*) AS value FROM trail_unsealed'),
  )
  gauge('holdfast_trail_unsealed_seconds', 'Age of the oldest of them.', () =>
    ageOf('SELECT MIN(at) AS value FROM trail_unsealed'),
  )
  gauge('holdfast_retention_kept_seconds', 'How long finished executions are kept.', () => keptMs / 1000)
  gauge('holdfast_retention_oldest_seconds', 'How long ago the oldest kept execution ended.', () =>
    ageOf('SELECT MIN(stopped_at) AS value FROM execution WHERE status <> 0'),
  )
  gauge('holdfast_store_bytes', 'Size of the store on the disk.', () => storeBytes() ?? Number.NaN)
  gauge('holdfast_store_refuses', '1 while the store refuses writes.', () => (store.fault === undefined ? 0 : 1))
  addDeployments(registry, store)
}

/** A store that cannot be read must not take the other numbers with it: that it refuses is one of them. */
function readable(read: () => number): number {
  try {
    return read()
  } catch (error) {
    if (error instanceof HoldfastError && error.code.startsWith('store.')) return Number.NaN
    throw error
  }
}

type DeploymentCount = { readonly status: string; readonly count: number; readonly seconds: number | null }

function addDeployments(registry: Registry, { read }: ReadingSources['store']): void {
  const rows = (): readonly DeploymentCount[] =>
    read.all<DeploymentCount>(
      `SELECT status, COUNT(*) AS count, SUM(ended_at - created_at) / 1000.0 AS seconds FROM deployment GROUP BY status`,
    )
  const byStatus = (name: string, help: string, value: (row: DeploymentCount) => number): void => {
    new Gauge({
      ...{ name, help, labelNames: ['status'], registers: [registry] },
      collect() {
        // A status that no deployment has any more would keep its last number.
        this.reset()
        for (const row of rows()) this.set({ status: row.status }, value(row))
      },
    })
  }
  byStatus('holdfast_deployments', 'Deployments of the history, by status.', ({ count }) => Number(count))
  byStatus('holdfast_deployment_seconds', 'How long the ended ones took together, by status.', ({ seconds }) =>
    Number(seconds ?? 0),
  )
}
