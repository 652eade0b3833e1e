/**
 * `npm run soak`: what takes minutes. Random kill -9 under W1 on one data folder, each followed by a check of everything that
 * was promised; thousands of calls cut off and resumed; the worst time of each hostile request; deployments of real processes
 * under load, each with a kill -9 of control plane, agent or edge in it.
 *
 *   npm run soak -- --kills 200 --in-flight 100 --resume 2000 --hostile 3 --seed 1 --json
 *   npm run soak -- --deploys 100 --seed 1
 *   npm run soak -- --npm-servers                             three servers from npm, updated and rolled back under load
 *   npm run soak -- --nodes 50 --servers 10 --in-flight 20     kills of one of two nodes on PostgreSQL, and of the server
 *
 *   npm run soak -- --rotations 100 --seed 1              kills amid rotations of the sealing keys
 *
 * 0 leaves a part out; with --deploys, --nodes, --rotations or --npm-servers the parts that are not named are left out. Exits with 1 when anything did not hold.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killOften, type KillsReport, momentInWork, randomOf } from '../crash/kill-often.ts'
import { resumeAfterKill, type ResumeReport } from '../crash/resume.ts'
import type { Death, Moment } from '../crash/victim-process.ts'
import { killNodes, type NodesReport } from '../crash/nodes/kill-nodes.ts'
import { killRotations, type RotationsReport } from '../crash/rotations.ts'
import { type HostileTime, measureHostile } from '../hostile/measure.ts'
import { type DeploysReport, soakDeployments } from './deploys/soak-deploys.ts'
import { type ServersReport, soakServers } from './servers/soak-servers.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    'in-flight': { type: 'string', default: '100' },
    resume: { type: 'string' },
    hostile: { type: 'string' },
    deploys: { type: 'string' },
    nodes: { type: 'string' },
    servers: { type: 'string', default: '10' },
    rotations: { type: 'string' },
    'npm-servers': { type: 'boolean', default: false },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    json: { type: 'boolean', default: false },
  },
})

/** Of those that are not named. */
const usual: Readonly<Record<string, string>> =
  values.deploys === undefined && values.nodes === undefined && values.rotations === undefined && !values['npm-servers']
    ? { kills: '200', resume: '2000', hostile: '3', deploys: '100' }
    : {}
const seed = wholeNumber('seed')
const inFlight = wholeNumber('in-flight')
const resumeLimitMs = 3000
const hostileLimitMs = 2000
/** Starts or ends in one life at most: half a second of work or so, so that the folder grows to some 100,000 executions. */
const mostLines = 800

const problems: string[] = []
const report: {
  seed: number
  kills?: KillsReport
  resume?: ResumeReport
  hostile?: readonly HostileTime[]
  deploys?: DeploysReport
  nodes?: NodesReport
  rotations?: RotationsReport
  npmServers?: ServersReport
  problems: string[]
} = { seed, problems }

if (wholeNumber('kills') > 0) report.kills = await soakKills(wholeNumber('kills'))
if (wholeNumber('resume') > 0) report.resume = await soakResume(wholeNumber('resume'))
if (wholeNumber('hostile') > 0) report.hostile = await soakHostile(wholeNumber('hostile'))
if (wholeNumber('deploys') > 0) report.deploys = await soakDeploys(wholeNumber('deploys'))
if (wholeNumber('nodes') > 0) report.nodes = await soakNodes(wholeNumber('nodes'), wholeNumber('servers'))
if (wholeNumber('rotations') > 0) report.rotations = await soakRotations(wholeNumber('rotations'))
if (values['npm-servers']) report.npmServers = await soakNpmServers()
conclude()

async function soakKills(kills: number): Promise<KillsReport> {
  say(`${kills} × kill -9 under W1, ${inFlight} at once, seed ${seed}`)
  const random = randomOf(seed)
  let left = kills
  const moments = Array.from({ length: kills }, () => moment(random))
  const startedAt = performance.now()
  const kept = await inFolder((folder) =>
    killOften({
      folder,
      inFlight,
      moments,
      onDeath(death, ledger) {
        left--
        if (left % 10 !== 0 && ledger.problems.length === 0) return
        const { executions, calls, madeAgain } = ledger.totals
        const seconds = Math.round((performance.now() - startedAt) / 1000)
        say(
          `  ${kills - left} lives, ${seconds} s: ${executions} executions, ${ledger.open} open, ${calls} calls, ` +
            `${madeAgain} made again, ready after ${readyIn(death)}, ` +
            `${ledger.problems.length} problems`,
        )
      },
    }),
  )
  if (kept.kills !== kills) problems.push(`${kept.kills} of ${kills} were killed`)
  if (kept.openAtTheEnd > 0) problems.push(`${kept.openAtTheEnd} executions never ended`)
  const { started, closed, executions, events, calls, madeAgain } = kept.totals
  say(`  ready to work again after ${Math.round(kept.slowestReadyMs)} ms at most`)
  say(`  ${kept.kills} killed; ${started} starts and ${closed} ends acknowledged, none lost`)
  say(`  ${executions} executions, ${events} history events replayed, ${kept.trailRecords} trail records verified`)
  say(`  ${calls} calls, ${madeAgain} of them cut off and made again, none whose result was stored`)
  return kept
}

function readyIn(death: Death): string {
  const ms = death.at('resumed')
  return ms === undefined ? 'nothing: killed before' : `${Math.round(ms)} ms`
}

/** One in five on the clock, so that starting and recovering are hit anywhere too. */
function moment(random: () => number): Moment {
  return random() < 0.2 ? { afterMs: Math.round(100 + random() * 900) } : momentInWork(random, mostLines)
}

async function soakResume(calls: number): Promise<ResumeReport> {
  say(`${calls} executions in the midst of a call, kill -9, restart`)
  const resumed = await inFolder((folder) => resumeAfterKill(folder, calls))
  const { allCallsMadeAgainMs, firstProgressMs, openedMs } = resumed
  say(
    `  store open after ${Math.round(openedMs)} ms, all ${resumed.madeAgain} calls made again after ` +
      `${Math.round(allCallsMadeAgainMs)} ms, first progress after ${Math.round(firstProgressMs)} ms`,
  )
  if (resumed.madeAgain !== calls || resumed.open !== 0)
    problems.push(`${resumed.madeAgain} of ${calls} calls were resumed`)
  if (!(allCallsMadeAgainMs <= resumeLimitMs)) problems.push(`resuming took longer than ${resumeLimitMs} ms`)
  return resumed
}

async function soakHostile(times: number): Promise<readonly HostileTime[]> {
  say(`each hostile case ${times} times, the worst time of each`)
  say('  until the end  others waited')
  const found = await measureHostile(times, ({ name, ms, heldUpMs, ended }) =>
    say(`  ${`${ms}`.padStart(10)} ms  ${`${heldUpMs}`.padStart(10)} ms  ${name}: ${ended}`),
  )
  for (const { name, ms } of found) if (ms > hostileLimitMs) problems.push(`"${name}" took ${ms} ms`)
  return found
}

async function soakDeploys(runs: number): Promise<DeploysReport> {
  say(`${runs} deployments under load, each with a kill -9 in it, seed ${seed}`)
  const random = randomOf(seed)
  const soaked = await inFolder((folder) => soakDeployments({ folder, runs, random, say }))
  const { ends, failedByEdgeKills, kills, recycledPids, requests, seconds } = soaked
  if (soaked.runs !== runs) problems.push(`${soaked.runs} of ${runs} deployments were tried`)
  say(`  ${soaked.runs} runs in ${seconds} s; killed ${counted(kills)}`)
  say(`  ended as ${counted(ends)}`)
  say(`  ${requests} requests: ${failedByEdgeKills} lost with an edge; ${recycledPids} strangers had a number of ours`)
  return soaked
}

async function soakNodes(nodeKills: number, serverKills: number): Promise<NodesReport> {
  say(`${nodeKills} × kill -9 of one of two nodes on PostgreSQL and ${serverKills} of the server, seed ${seed}`)
  const random = randomOf(seed)
  const soaked = await inFolder((folder) => killNodes({ folder, inFlight, nodeKills, serverKills, random, say }))
  const { totals, madeAgain, takenAtStart, trailRecords, openAtTheEnd } = soaked
  if (openAtTheEnd > 0) problems.push(`${openAtTheEnd} executions never ended`)
  say(`  ${soaked.nodeKills} nodes and ${soaked.serverKills} servers killed`)
  say(`  ${totals.started} starts and ${totals.closed} ends acknowledged, none lost`)
  say(`  ${totals.executions} executions, ${totals.events} events replayed, ${trailRecords} trail records verified`)
  say(`  ${totals.calls} calls, ${madeAgain} made again, ${takenAtStart} executions taken over by nodes that started`)
  return soaked
}

async function soakRotations(kills: number): Promise<RotationsReport> {
  say(`${kills} × kill -9 amid rotations of the sealing keys, two at once, seed ${seed}`)
  const random = randomOf(seed)
  const soaked = await inFolder((folder) => killRotations({ folder, kills, connections: 400, random }))
  say(`  ${soaked.kills} killed, ${soaked.halfDone} of them between two keys; everything was opened after each`)
  return soaked
}

async function soakNpmServers(): Promise<ServersReport> {
  say('three servers from npm: init, deploy, update and rollback under load')
  return inFolder((folder) => soakServers({ folder, say }))
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ')
}

/** A folder in which something did not hold stays, to be looked at. */
async function inFolder<T extends { readonly problems: readonly string[] }>(
  run: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-soak-'))
  const result = await run(folder)
  problems.push(...result.problems)
  if (result.problems.length === 0) rmSync(folder, { recursive: true, force: true })
  else say(`  left in ${folder}`)
  return result
}

function conclude(): void {
  for (const problem of problems.slice(0, 20)) say(`✗ ${problem}`)
  say(problems.length === 0 ? 'all held' : `${problems.length} problems, seed ${seed}`)
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

/** With --json only the last line is for programs. */
function say(line: string): void {
  ;(values.json ? process.stderr : process.stdout).write(`${line}\n`)
}

type Counted = 'kills' | 'in-flight' | 'resume' | 'hostile' | 'deploys' | 'nodes' | 'servers' | 'rotations' | 'seed'

function wholeNumber(option: Counted): number {
  const text = values[option] ?? usual[option] ?? '0'
  if (/^\d{1,9}$/.test(text)) return Number(text)
  process.stderr.write(`--${option} takes a whole number, not "${text}"\n`)
  process.exit(2)
}
