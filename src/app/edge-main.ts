/** The entry of the edge's processes, keeper and worker: nothing of the rest of Holdfast is loaded into them. */
import { writeFileSync, writeSync } from 'node:fs'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { HoldfastError } from '../base/index.ts'
import { lineLogger, runEdgeProcess } from '../edge/index.ts'
import { systemClock, systemRandom } from './system-clock.ts'

const standardError = 2
/** Every request waits for it, and a rollback most of all: whatever else computes on this machine comes second, where root says so. */
const niceness = -5
const logger = lineLogger(writeLine, systemClock.now)

function writeLine(line: string): void {
  try {
    writeSync(standardError, line)
  } catch {
    // A full disk costs the line, not the service.
  }
}

function putFirst(): void {
  try {
    setPriority(niceness)
    // Linux weighs sessions against each other before it looks at the priorities within one.
    writeFileSync('/proc/self/autogroup', String(niceness))
  } catch {
    // Only root may, and not every system has it; instances are started with less than us all the same.
  }
}

function giveUp(error: unknown): void {
  logger.error(error instanceof Error ? error.message : String(error), {
    // By which whoever launched it knows what to say.
    code: error instanceof HoldfastError ? error.code : undefined,
    stack: error instanceof Error ? error.stack : undefined,
  })
  process.exit(1)
}

// Whatever was not foreseen ends this process and not the service: the keeper starts the next worker, a worker the next keeper.
process.on('uncaughtException', giveUp)
process.on('unhandledRejection', giveUp)

putFirst()
try {
  await runEdgeProcess({
    machine: { clock: systemClock, monotonicMs: () => performance.now(), randomBytes: systemRandom, logger },
    process,
    launcher: { executable: process.execPath, before: [...process.execArgv, fileURLToPath(import.meta.url)] },
    role: process.argv.slice(2),
  })
} catch (error) {
  giveUp(error)
}
