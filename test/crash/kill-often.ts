/** One data folder, many lives: start, kill, check, start again, and at last let everything end. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { systemClock, systemRandom } from '../../src/app/system-clock.ts'
import { silentLogger } from '../../src/base/index.ts'
import { sfc32 } from '../../src/engine/run/step-env.ts'
import { createExpressions } from '../../src/jsonata/index.ts'
import { Ledger, type Totals } from './ledger.ts'
import type { VictimOrder } from './victim.ts'
import { type Death, type Moment, runVictim } from './victim-process.ts'
import { openWorld } from './world.ts'

export const randomOf = (seed: number): (() => number) =>
  sfc32(createHash('sha256').update(`${seed}`).digest('hex').slice(0, 32))

/** Somewhere in the work, or at one of the doors: before the store is open, before and after what was cut off is resumed. */
export function momentInWork(random: () => number, mostLines: number): Moment {
  const kind = random()
  if (kind < 0.05) return { after: 'begun', lines: 1 }
  if (kind < 0.1) return { after: 'opened', lines: 1 }
  if (kind < 0.15) return { after: 'resumed', lines: 1 }
  return { after: kind < 0.6 ? 'started' : 'closed', lines: 1 + Math.floor(random() * mostLines) }
}

export type KillsReport = {
  readonly kills: number
  readonly totals: Totals
  readonly openAtTheEnd: number
  /** From the start of a process until it has resumed what was cut off; the worst of all. */
  readonly slowestReadyMs: number
  readonly trailRecords: number
  readonly problems: readonly string[]
}

export type KillsOptions = {
  readonly folder: string
  readonly inFlight: number
  readonly moments: Iterable<Moment>
  readonly onDeath?: (death: Death, ledger: Ledger) => void
}

export async function killOften({ folder, inFlight, moments, onDeath }: KillsOptions): Promise<KillsReport> {
  const ledger = new Ledger()
  const complaints: string[] = []
  let kills = 0
  let slowestReadyMs = 0
  let trailVerified = 0
  const live = async (mode: VictimOrder['mode'], moment: Moment | undefined): Promise<void> => {
    const callsFile = join(folder, 'calls.log')
    const death = await runVictim({ folder, callsFile, inFlight, mode, trailVerified }, moment)
    ledger.close(folder, death)
    if (death.killed) kills++
    slowestReadyMs = Math.max(slowestReadyMs, death.at('resumed') ?? 0)
    trailVerified = Number(death.lines.findLast((line) => line.startsWith('trail '))?.slice(6) ?? trailVerified)
    if (death.complaints !== '') complaints.push(`the victim complained: ${death.complaints}`)
    complaints.push(...death.lines.filter((line) => line.startsWith('broken ')).map((line) => `the trail is ${line}`))
    onDeath?.(death, ledger)
  }
  for (const moment of moments) await live('run', moment)
  await live('finish', undefined)
  const end = await lookAtTheEnd(folder)
  const problems = [...ledger.problems, ...complaints, ...end.problems]
  const { totals, open: openAtTheEnd } = ledger
  return { kills, totals, openAtTheEnd, slowestReadyMs, trailRecords: end.trailRecords, problems }
}

/** The whole trail proved from its first record, the database sound, and nothing left of what has ended. */
export async function lookAtTheEnd(folder: string): Promise<Pick<KillsReport, 'trailRecords' | 'problems'>> {
  const expressions = createExpressions()
  const [clock, randomBytes, logger] = [systemClock, systemRandom, silentLogger]
  const { store, trail, close } = openWorld({ folder, clock, logger, randomBytes, expressions, handlers: [] })
  const verification = await trail.verify()
  const problems: string[] = []
  if (!verification.ok) problems.push(`the trail does not hold: ${JSON.stringify(verification.broken)}`)
  const sound = store.read.get<{ integrity_check: string }>('PRAGMA integrity_check')?.integrity_check
  if (sound !== 'ok') problems.push(`the database is damaged: ${sound}`)
  for (const table of ['timer', 'inbox', 'activity_task', 'snapshot']) {
    const { rows } = store.read.get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`) ?? { rows: -1 }
    if (rows !== 0) problems.push(`${rows} rows are left in the table ${table}`)
  }
  await close()
  await expressions.close()
  return { trailRecords: verification.checkedRecords, problems }
}
