/** `node scripts/run.js test/deploying/failures/table.ts [WORDS]`: tries the cases whose names hold the words, and prints the table. */
import { agentGone, slowStart } from './agent-gone.ts'
import { type Row, runCase, tableOf } from './case.ts'
import { failing } from './failing.ts'
import { halts } from './halted.ts'
import { refused } from './refused.ts'
import { System } from './system.ts'

const words = new RegExp(process.argv.slice(2).join(' '))
const cases = [...refused, ...failing, ...slowStart, ...agentGone, ...halts].filter(({ name }) => words.test(name))
const system = new System()
const rows: Row[] = []
// Ctrl-C leaves nothing running either.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void system.end().finally(() => process.exit(130)))
try {
  await system.begin()
  for (const one of cases) {
    const reason = one.skip?.(system)
    if (reason !== undefined) {
      console.error(`- ${one.name}: ${reason}`)
      continue
    }
    const row = await runCase(system, one)
    rows.push(row)
    console.error(`${row.faults.length === 0 ? '✓' : '✗'} ${row.name}  ${Math.round(row.tookMs)} ms`)
    if (row.faults.length > 0) console.error(`    says: ${row.says}\n    does: ${row.does}`)
    for (const fault of row.faults) console.error(`    ${fault}`)
  }
} finally {
  for (const line of await system.end()) console.error(`left at the end: ${line}`)
}
console.log(tableOf(rows, system.folder))
process.exitCode = rows.every(({ faults }) => faults.length === 0) ? 0 : 1
