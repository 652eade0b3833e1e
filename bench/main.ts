/**
 * `npm run bench [-- --quick] [--json] [--only w1,w2,w3,w4,w5,w6,watchers] [--store postgres]`: what a durable step costs, as ratios to
 * the limit measured in the same run (see limit.ts). Speeds differ from machine to machine; ratios less so.
 */
import { parseArgs } from 'node:util'
import { sqliteGround, startPostgresGround } from './ground.ts'
import { type ChildType, measureKilledMapRun, measureMapRun } from './map-run.ts'
import { measureMap } from './map.ts'
import { measureNodes } from './nodes.ts'
import { measureRestart } from './restart.ts'
import { measureSleepers } from './sleepers.ts'
import { measureWatchers } from './watchers.ts'
import { measureWorkflows, type Throughput } from './workflows.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    store: { type: 'string', default: 'sqlite' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (options.help) {
  console.log(`npm run bench -- [--quick] [--json] [--only w1,w2,w3,w4,w5,w6,watchers] [--store sqlite|postgres]

  w1  workflows of 10 Task states with functions that do nothing, 1, 10 and 100 at once
  w2  one Map of 1,000 items
  w3  100,000 executions asleep in a fresh process, their wakes spread over 60 s
  w4  kill -9 amid w1 at 100, and the restart
  w5  w1 at 200 on one PostgreSQL database, by one node and by two; left out unless named
  w6  one distributed Map of 100,000 items, and the same killed in the middle; left out unless named
  watchers  w1 at 100 with 50 who follow a deployment, then an execution, and with none; left out unless named

  --store postgres  w1 on a PostgreSQL server that is started for it, against a bare client on the same server
  --quick  smaller counts, done within 50 s        --json  end with one line of figures
`)
  process.exit(0)
}

const { quick } = options
const onPostgres = options.store === 'postgres'
const ground = onPostgres ? await startPostgresGround() : sqliteGround
const wanted = new Set((options.only ?? (onPostgres ? 'w1' : 'w1,w2,w3,w4')).split(','))
const ratios: Record<string, number> = {}
const figures: Record<string, unknown> = {}

const say = (line: string): void => {
  if (!options.json) console.log(line)
}
const round = (value: number, digits = 3): number => Number(value.toFixed(digits))

function report(name: string, title: string, { ours, limit, ratio }: Throughput, unit: string): void {
  ratios[name] = round(ratio)
  figures[name] = { ours: Math.round(ours), limit: Math.round(limit), unit: `${unit}/s` }
  const [mine, most] = [ours, limit].map((value) => Math.round(value).toLocaleString('en'))
  say(
    `${title.padEnd(34)} ${String(mine).padStart(9)} ${unit}/s   limit ${String(most).padStart(9)}   ratio ${ratio.toFixed(2)}`,
  )
}

if (wanted.has('w1')) {
  const runs = quick ? 3 : 5
  const size = quick ? [60, 600, 4000] : [300, 3000, 10_000]
  for (const [i, atOnce] of [1, 10, 100].entries()) {
    report(
      `w1_${atOnce}`,
      `W1 workflows, ${atOnce} at once`,
      await measureWorkflows({ atOnce, workflows: size[i] ?? 100, runs }, ground),
      'steps',
    )
  }
}
if (wanted.has('w2')) report('w2', 'W2 one Map of 1,000 items', await measureMap(quick ? 3 : 5), 'items')
if (wanted.has('w3')) {
  const sleepers = quick ? 10_000 : 100_000
  const found = await measureSleepers(sleepers, quick ? 6000 : 60_000)
  ratios['w3_start'] = round(found.startsPerSecond / found.limitPerSecond)
  figures['w3'] = found
  say(
    `W3 ${sleepers.toLocaleString('en')} sleepers: ${Math.round(found.startsPerSecond).toLocaleString('en')} starts/s, ${found.rssAsleepMb.toFixed(1)} MB while all sleep (64 MB + 0.3 KB each: ${found.allowedMb.toFixed(1)} MB)`,
  )
  say(
    `   late p50 ${found.lateP50Ms} ms, p99 ${found.lateP99Ms} ms; event loop delay p99 ${found.loopDelayP99Ms.toFixed(1)} ms; woken ${found.woken}`,
  )
}
if (wanted.has('w4')) {
  const found = await measureRestart(quick ? 700 : 3000)
  figures['w4'] = found
  say(
    `W4 kill -9: ready after ${found.readyMs} ms, first progress ${found.firstProgressMs} ms; ${found.inFlight} in flight, ${found.acknowledged} acknowledged, ${found.lost} lost, ${found.repeated} repeated`,
  )
}
if (wanted.has('w5')) {
  const found = await measureNodes({ atOnce: 200, forMs: quick ? 8000 : 15_000, runs: quick ? 3 : 5 })
  ratios['w5'] = round(found.ratio)
  figures['w5'] = found
  const [one, two] = [found.oneNode, found.twoNodes].map((steps) => Math.round(steps).toLocaleString('en'))
  say(`W5 200 workflows at once on PostgreSQL: one node ${one} steps/s, two ${two}, ratio ${found.ratio.toFixed(2)}`)
}
if (wanted.has('w6')) {
  const items = quick ? 5000 : 100_000
  for (const type of ['STANDARD', 'EXPRESS'] satisfies readonly ChildType[]) {
    const found = await measureMapRun(items, type)
    const killed = await measureKilledMapRun(items, type)
    figures[`w6_${type.toLowerCase()}`] = { ...found, killed }
    say(
      `W6 a distributed Map of ${items.toLocaleString('en')} items, ${type}: ${Math.round(found.itemsPerSecond).toLocaleString('en')} items/s, ${found.rssBeforeMb.toFixed(0)} MB before (${found.rssBareMb.toFixed(0)} MB bare), ${found.rssPeakMb.toFixed(0)} MB at most, ${found.rssAfterMb.toFixed(0)} MB after`,
    )
    say(
      `   kill -9 after ${killed.doneAtKill.toLocaleString('en')} items: resumed and ended within ${Math.round(killed.resumedMs)} ms; ${killed.changed} of them written again, ${killed.repeated} called again (of those cut off ${killed.madeAgain}), ${killed.doubled} doubled, ${killed.missing} missing, ${killed.inOrder ? 'in order' : 'OUT OF ORDER'}`,
    )
  }
}
if (wanted.has('watchers')) {
  const found = await measureWatchers({ watchers: 50, roundMs: quick ? 1500 : 4000, rounds: quick ? 3 : 7 })
  figures['watchers'] = found
  for (const { watched, watchers, share, ...one } of found) {
    ratios[`watchers ${watched}`] = round(share)
    const [alone, seen] = [one.stepsAlone, one.stepsWatched].map((steps) => Math.round(steps).toLocaleString('en'))
    say(
      `${watchers} watchers of ${watched}: ${(share * 100).toFixed(1)} % of the process's CPU at W1 (${one.microsWatched.toFixed(1)} µs a step, ${one.microsAlone.toFixed(1)} with none; ${seen} steps/s, ${alone} with none; CPU ${(one.cpuWatched * 100).toFixed(0)} %, ${(one.cpuAlone * 100).toFixed(0)} % with none; ${Math.round(one.eventsPerSecond)} events/s, ${Math.round(one.kilobytesPerSecond)} KB/s to all)`,
    )
  }
}
await ground.close()
console.log(JSON.stringify(options.json ? { figures, ratios } : { ratios }))
