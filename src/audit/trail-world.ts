/** A trail with a store of its own, for tests: time stands still, chance counts. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore, type Store, type Transaction } from '../store/index.ts'
import { appendRecord } from './append.ts'
import type { NewRecord, SealedRecord } from './record.ts'
import { openTrail, type Trail, type TrailSettings } from './trail.ts'

export type TrailWorld = {
  readonly clock: VirtualClock
  readonly folder: string
  readonly store: Store
  readonly trail: Trail
  readonly headsPath: string
  /** Commits `count` records about `subject-<n>`. */
  append(count: number, more?: Partial<NewRecord>): Promise<void>
  /** Writes past every rule, as an intruder with the database would. */
  tamper(sql: string): Promise<void>
  /** The trail as a new process finds it. */
  reopen(other?: Partial<TrailSettings>): Trail
  /** A world on the same data folder, for after the store of this one is closed. */
  inSameFolder(): TrailWorld
  all(): Promise<SealedRecord[]>
  end(): Promise<void>
}

export function openTrailWorld(settings: Partial<TrailSettings> = {}): TrailWorld {
  return openWorldIn(mkdtempSync(join(tmpdir(), 'holdfast-test-')), settings)
}

function openWorldIn(folder: string, settings: Partial<TrailSettings>): TrailWorld {
  const clock = new VirtualClock()
  const store = openStore({ path: join(folder, 'holdfast.sqlite'), clock, logger: silentLogger })
  let chance = 0
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(++chance)
  const reopen = (other: Partial<TrailSettings> = settings): Trail =>
    openTrail({ store, clock, logger: silentLogger, randomBytes, folder, settings: other })
  const trail = reopen()
  let appended = 0
  return {
    clock,
    folder,
    store,
    trail,
    headsPath: join(folder, 'trail-heads.jsonl'),
    append: (count, more = {}) =>
      store.write((tx) => {
        for (let n = 0; n < count; n++) appendOne(tx, { at: clock.now(), ...more }, ++appended)
      }),
    tamper: (sql) =>
      store.write((tx) => {
        tx.prepare(sql).run()
      }),
    reopen,
    inSameFolder: () => openWorldIn(folder, settings),
    async all() {
      const records: SealedRecord[] = []
      for await (const line of trail.export()) records.push(JSON.parse(line) as SealedRecord)
      return records
    },
    async end() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function appendOne(tx: Transaction, more: Partial<NewRecord> & { at: number }, number: number): void {
  appendRecord(tx, {
    actor: { type: 'user', id: 'ada', via: 'api' },
    action: 'execution.start',
    subject: { type: 'execution', id: `subject-${number}` },
    ...more,
  })
}
