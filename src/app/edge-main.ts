/** The entry of the edge's processes, keeper and worker: nothing of the rest of Holdfast is loaded into them. */
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lineLogger, runEdgeProcess } from '../edge/index.ts'
import { systemClock, systemRandom } from './system-clock.ts'

const standardError = 2
const logger = lineLogger(writeLine, systemClock.now)

function writeLine(line: string): void {
  try {
    writeSync(standardError, line)
  } catch {
    // A full disk costs the line, not the service.
  }
}

function giveUp(error: unknown): void {
  logger.error(error instanceof Error ? error.message : String(error), {
    stack: error instanceof Error ? error.stack : undefined,
  })
  process.exit(1)
}

// Whatever was not foreseen ends this process and not the service: the keeper starts the next worker, a worker the next keeper.
process.on('uncaughtException', giveUp)
process.on('unhandledRejection', giveUp)

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
