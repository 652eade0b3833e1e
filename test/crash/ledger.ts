/**
 * What a data folder has promised over all lives of its processes, held against what is stored after each death.
 * Reads the folder on a read-only connection of its own, as it was left.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SqlValue } from '../../src/store/index.ts'
import type { Queries } from '../../src/engine/registry.ts'
import { type CallKey, checkExecution } from './execution-check.ts'
import { databaseFile } from './world.ts'

/** What a process was seen to do before it died. */
export type Life = {
  /** Names of executions whose start was acknowledged. */
  readonly started: readonly string[]
  /** Names of executions that were announced as closed. */
  readonly closed: readonly string[]
  /** Answers from outside (task tokens) that were acknowledged. */
  readonly acknowledged: readonly CallKey[]
  /** Calls in the order they were made. */
  readonly calls: readonly CallKey[]
}

export type Totals = {
  readonly started: number
  readonly closed: number
  readonly calls: number
  /** Calls made again because a death came before their outcome was stored: allowed. */
  readonly madeAgain: number
  readonly executions: number
  readonly events: number
}

export class Ledger {
  readonly #problems: string[] = []
  /** What may still change: open executions, with the calls whose outcome is stored. */
  #open = new Map<number, ReadonlySet<CallKey>>()
  #lastId = 0
  /** Calls of open executions in earlier lives. */
  #made = new Set<CallKey>()
  #totals: Totals = { started: 0, closed: 0, calls: 0, madeAgain: 0, executions: 0, events: 0 }

  get problems(): readonly string[] {
    return this.#problems
  }

  get totals(): Totals {
    return this.#totals
  }

  get open(): number {
    return this.#open.size
  }

  /** To be called when the process is dead and before the next one starts. */
  close(folder: string, life: Life): void {
    const database = new DatabaseSync(join(folder, databaseFile), { readOnly: true })
    try {
      this.compare(queriesOn(database), life)
    } finally {
      database.close()
    }
  }

  /** The same of any database that nobody writes to meanwhile. */
  compare(queries: Queries, life: Life): void {
    new Audit(queries, this.#problems).promises(life)
    this.#executions(queries, life)
  }

  #executions(queries: Queries, life: Life): void {
    const audit = new Audit(queries, this.#problems)
    const added = queries.prepare<{ id: number }>('SELECT id FROM execution WHERE id > ? ORDER BY id').all(this.#lastId)
    const scheduled = new Set<CallKey>()
    const answered = new Set<CallKey>()
    const before = this.#open
    this.#open = new Map()
    let events = 0
    for (const id of [...before.keys(), ...added.map(({ id: each }) => each)]) {
      const checked = checkExecution(queries, id)
      this.#problems.push(...checked.problems)
      audit.trail(id, checked.open)
      for (const key of checked.scheduled) scheduled.add(key)
      for (const key of checked.answered) answered.add(key)
      if (checked.open) this.#open.set(id, checked.answered)
      else events += checked.events
    }
    this.#calls(life.calls, { before, scheduled, idOf: (key) => executionOf(queries, key) })
    for (const key of life.acknowledged) {
      if (!answered.has(key)) this.#problems.push(`the answer to ${key} was acknowledged and is not stored`)
    }
    this.#lastId = added.at(-1)?.id ?? this.#lastId
    this.#count(life, { executions: added.length, events })
  }

  #calls(
    calls: readonly CallKey[],
    {
      before,
      scheduled,
      idOf,
    }: {
      readonly before: ReadonlyMap<number, ReadonlySet<CallKey>>
      readonly scheduled: ReadonlySet<CallKey>
      readonly idOf: (key: CallKey) => number
    },
  ): void {
    const seen = new Set<CallKey>()
    let madeAgain = 0
    for (const key of calls) {
      const execution = idOf(key)
      if (execution <= this.#lastId && !before.has(execution)) {
        this.#problems.push(`${key} was called although its execution had ended before the last death`)
      } else if (before.get(execution)?.has(key) === true) {
        this.#problems.push(`${key} was called again although its outcome was stored before the last death`)
      } else if (!scheduled.has(key) && !isOfExpress(key))
        this.#problems.push(`${key} was called and is not stored as scheduled`)
      if (seen.has(key)) this.#problems.push(`${key} was called twice in one life`)
      seen.add(key)
      if (this.#made.has(key)) madeAgain++
    }
    this.#totals = { ...this.#totals, madeAgain: this.#totals.madeAgain + madeAgain }
    this.#made = new Set([...this.#made, ...seen].filter((key) => this.#open.has(idOf(key))))
  }

  #count({ started, closed, calls }: Life, added: Pick<Totals, 'executions' | 'events'>): void {
    const { totals } = this
    this.#totals = {
      ...totals,
      started: totals.started + started.length,
      closed: totals.closed + closed.length,
      calls: totals.calls + calls.length,
      executions: totals.executions + added.executions,
      events: totals.events + added.events,
    }
  }
}

/** What an express child calls is named after its ARN; none of it is stored. */
const isOfExpress = (key: CallKey): boolean => key.startsWith('arn:')

function executionOf(queries: Queries, key: CallKey): number {
  if (!isOfExpress(key)) return Number(key.split('/')[0])
  const [name = ''] = key.split(':').at(-1)?.split('/') ?? []
  return queries.prepare<{ id: number }>('SELECT id FROM execution WHERE name = ?').get(name)?.id ?? Number.NaN
}

class Audit {
  readonly #queries: Queries
  readonly #problems: string[]
  #unsealed: ReadonlyMap<string, readonly string[]> | undefined

  constructor(queries: Queries, problems: string[]) {
    this.#queries = queries
    this.#problems = problems
  }

  promises({ started, closed }: Life): void {
    // By way of the machines, for the index has their name first.
    const find = this.#queries.prepare<{ status: number }>(
      'SELECT status FROM execution WHERE machine_name IN (SELECT name FROM state_machine) AND name = ? LIMIT 2',
    )
    for (const name of started) {
      if (find.all(name).length !== 1) this.#problems.push(`execution ${name} was acknowledged and is lost`)
    }
    for (const name of closed) {
      const [row] = find.all(name)
      if (row === undefined || row.status === 0) this.#problems.push(`execution ${name} was closed and is not any more`)
    }
  }

  /** The trail tells of each start once, and of each end once: it is written in the same transaction. */
  trail(id: number, open: boolean): void {
    const row = this.#queries
      .prepare<{ subject: string; isChild: number }>(
        `SELECT ':execution:' || machine_name || ':' || name AS subject,
         CASE WHEN map_run_id IS NULL THEN 0 ELSE 1 END AS "isChild" FROM execution WHERE id = ?`,
      )
      .get(id)
    const told = this.#recordsOf(row?.subject ?? '').filter((action) => action.startsWith('execution.'))
    // Of the children of a Map Run it tells together, as of their run.
    const ended = open ? ['execution.start'] : ['execution.close', 'execution.start']
    const expected = row?.isChild === 1 ? [] : ended
    if (JSON.stringify(told.toSorted()) === JSON.stringify(expected)) return
    this.#problems.push(`execution ${id}: the trail tells of ${told.join(', ') || 'nothing'}`)
  }

  #recordsOf(ending: string): readonly string[] {
    const subject = `${this.#prefix()}${ending}`
    const sealed = this.#queries
      .prepare<{ action: string }>('SELECT action FROM trail WHERE subject_id = ?')
      .all(subject)
      .map(({ action }) => action)
    this.#unsealed ??= this.#readUnsealed()
    return [...sealed, ...(this.#unsealed.get(subject) ?? [])]
  }

  #prefix(): string {
    const machine = this.#queries.prepare<{ arn: string }>('SELECT arn FROM state_machine LIMIT 1').get()?.arn ?? ''
    return machine.slice(0, machine.indexOf(':stateMachine:'))
  }

  #readUnsealed(): ReadonlyMap<string, readonly string[]> {
    const records = new Map<string, string[]>()
    const select = 'SELECT subject_id AS subject, action FROM trail_unsealed'
    for (const { subject, action } of this.#queries.prepare<{ subject: string; action: string }>(select).all()) {
      const actions = records.get(subject)
      if (actions === undefined) records.set(subject, [action])
      else actions.push(action)
    }
    return records
  }
}

/** Statements are kept: the checks ask the same few questions thousands of times. */
function queriesOn(database: DatabaseSync): Queries {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  return {
    prepare<Row extends object>(sql: string) {
      const statement = statements.get(sql) ?? database.prepare(sql)
      statements.set(sql, statement)
      return {
        get: (...parameters: SqlValue[]) => rowAs<Row>(statement.get(...parameters)),
        all: (...parameters: SqlValue[]) => statement.all(...parameters).flatMap((row) => rowAs<Row>(row) ?? []),
      }
    },
  }
}

/** Safe: whoever writes the SQL names the shape of its rows. */
function rowAs<Row extends object>(row: object | undefined): Row | undefined {
  return row as Row | undefined
}
