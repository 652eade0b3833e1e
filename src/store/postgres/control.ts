/** What begins a transaction, as steps. */
import type { Step } from './wire.ts'

/** Held by every batch to its end: alone, or together with other concurrent ones. Any number will do that nobody else takes. */
const writersLock = 0x486f_6c64

/** What is awaited while the loop goes on: longer than others may write alone (`lock_timeout`), and than a slow disk needs. */
export const patientMs = 30_000

export const controlStep = (sql: string): Extract<Step, { kind: 'statement' }> => ({
  kind: 'statement',
  sql,
  parameters: [],
  wants: 'none',
})

/** Waits for processes that write alone. `answer`: an expression that is answered then. */
export const letIn = (how: 'alone' | 'shared', answer = '1'): Extract<Step, { kind: 'statement' }> =>
  controlStep(`SELECT ${answer} FROM pg_advisory_xact_lock${how === 'shared' ? '_shared' : ''}(${writersLock})`)
