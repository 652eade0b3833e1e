import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandOf, HealthSpec } from '../contract.ts'
import { checkUntilClear } from '../health/check.ts'
import { probeHttp } from '../health/http-probe.ts'
import { type Finding, judgeHttp } from '../health/judge.ts'
import { socketOwner } from '../health/socket-owner.ts'
import { wordsOf } from '../instance/command-line.ts'
import type { InstanceRecord } from '../instance/record.ts'
import { phaseOf } from '../instance/restart.ts'
import { instanceEnvironment, workFolder } from '../instance/start-order.ts'
import { shimOrder } from '../instance/shim.ts'
import { lastWords } from '../log/last-words.ts'
import { readLast } from '../log/read.ts'
import type { HealthReport } from '../outcome.ts'
import { instanceFolder } from '../paths.ts'
import { runToEnd } from '../run-to-end.ts'
import { maskSecrets } from '../secrets.ts'
import { findUser } from '../user.ts'
import type { HostWorld } from '../world.ts'
import { instanceRecord } from './instance-record.ts'

export function checkHealth(host: HostWorld, command: CommandOf<'checkHealth'>): Promise<HealthReport> {
  const { instance, withinMs } = command
  const { spec } = instanceRecord(host, instance)
  const probing = spec.health.kind === 'staying-up' ? { successes: 1, intervalMs: 100 } : spec.health
  return checkUntilClear({
    instance,
    release: spec.release,
    withinMs,
    successes: command.successes ?? probing.successes,
    intervalMs: probing.intervalMs,
    look: () => look(host, instance),
    clock: host.clock,
    signal: host.closing,
  })
}

async function look(host: HostWorld, instance: string): Promise<Finding> {
  const record = host.records.get(instance)
  if (record === undefined) return { healthy: false, reason: 'not-running', detail: `${instance} was removed` }
  const notUp = refuseUnlessUp(host, record)
  if (notUp !== undefined) return notUp
  const run = record.run?.token ?? ''
  const finding = await probe(host, record)
  // What was asked may have been answered by a process that is gone by now.
  const isSame = host.records.get(instance)?.run?.token === run
  if (finding.healthy && !isSame)
    return { healthy: false, run, reason: 'starting', detail: `${instance} was restarted meanwhile` }
  if (!finding.healthy) return { ...finding, run, detail: `${finding.detail}${lastEnd(host, record)}` }
  return { ...finding, ...listensItself(host, record, finding), run }
}

/** A health command, or that a process lives, says nothing of the port to which edges send requests. */
function listensItself(host: HostWorld, { port, spec }: InstanceRecord, { proof }: Finding): Pick<Finding, 'listens'> {
  const isTold = port === undefined || proof === 'release-id' || proof === 'socket'
  return isTold || socketOwner(host, spec.instance, port) !== 'ours' ? {} : { listens: 'itself' }
}

/** What was started again tells of the end before: a crash is explained by its last words, not by a port without listener. */
function lastEnd(host: HostWorld, record: InstanceRecord): string {
  if (record.exits.length === 0) return ''
  return `. ${describeExit(record)}${lastLines(host, record.spec.instance)}`
}

function refuseUnlessUp(host: HostWorld, record: InstanceRecord): Finding | undefined {
  const { instance } = record.spec
  const phase = phaseOf(record, host.clock.now())
  if (phase === 'running') return undefined
  const said = `${describeExit(record)}${lastLines(host, instance)}`
  switch (phase) {
    case 'crash-looping':
      return { healthy: false, reason: 'crash-loop', detail: `it ends again and again. ${said}` }
    case 'starting':
      return { healthy: false, reason: 'starting', detail: `it is about to start. ${said}` }
    default:
      return { healthy: false, reason: 'not-running', detail: `it is ${phase}. ${said}` }
  }
}

function describeExit({ exits }: InstanceRecord): string {
  const exit = exits.at(-1)
  if (exit === undefined) return ''
  const how = exit.signal ?? (exit.code === undefined ? exit.reason : `code ${exit.code}`)
  return `It last ended after ${exit.ranMs} ms with ${how} (${exit.reason}). ${exit.detail ?? ''}`
}

const shownLines = 20

function lastLines(host: HostWorld, instance: string): string {
  const { text } = readLast(instanceFolder(host.paths, instance), shownLines)
  return text === '' ? '' : `\n${lastWords(maskSecrets(text, host.secretsInUse.get(instance) ?? []))}`
}

function probe(host: HostWorld, record: InstanceRecord): Promise<Finding> {
  const { health } = record.spec
  switch (health.kind) {
    case 'http':
      return probeByHttp(host, record, health)
    case 'command':
      return probeOnce(host, record, () => probeByCommand(host, record, health))
    case 'staying-up':
      return Promise.resolve(probeByAge(host, record, health.forMs))
  }
}

async function probeByHttp(
  host: HostWorld,
  { port = 0, spec: { instance, release } }: InstanceRecord,
  spec: Extract<HealthSpec, { kind: 'http' }>,
): Promise<Finding> {
  const answer = await probeHttp(spec, port, host.closing)
  if (answer.kind === 'none' && !answer.listening) {
    const detail = `${answer.detail}${listensElsewhere(host, instance)}`
    return judgeHttp({ spec, release, port, answer: { ...answer, detail }, owner: 'none' })
  }
  const isAsked = answer.kind === 'answer' && answer.echo === undefined
  return judgeHttp({ spec, release, port, answer, owner: isAsked ? socketOwner(host, instance, port) : 'unknown' })
}

/** One that is still coming up listens nowhere, or on a port for itself. */
const comesUpWithinMs = 2_000

/** The commonest fault of a first deploy: the port is written in the application. */
function listensElsewhere({ clock, records, sockets, supervisor }: HostWorld, instance: string): string {
  const run = records.get(instance)?.run
  const main = supervisor.mainOf(instance)
  if (run === undefined || main === undefined || clock.now() - run.startedAt < comesUpWithinMs) return ''
  const ports = sockets.portsOf(main.pid)
  return ports.length === 0 ? '' : `; it listens on ${ports.join(', ')} instead: let it listen on $PORT`
}

/** Several may ask at once, after the death of a control plane for one: the command runs once, beside no other of its instance. */
async function probeOnce(
  { probes }: HostWorld,
  { run, spec: { instance } }: InstanceRecord,
  ask: () => Promise<Finding>,
): Promise<Finding> {
  for (let other = probes.get(instance); other !== undefined; other = probes.get(instance)) {
    if (other.run === run?.token) return other.finding
    await other.finding.catch(() => {})
  }
  const finding = ask().finally(() => probes.delete(instance))
  probes.set(instance, { run: run?.token, finding })
  return finding
}

async function probeByCommand(
  host: HostWorld,
  record: InstanceRecord,
  { command, timeoutMs }: Extract<HealthSpec, { kind: 'command' }>,
): Promise<Finding> {
  const { spec } = record
  const user = findUser(spec.user, host.userSource)
  const output = join(instanceFolder(host.paths, spec.instance), `health-${host.newToken()}`)
  try {
    const { code, timedOut } = await runToEnd(host.runner, {
      owner: `probe-${spec.instance}`,
      timeoutMs,
      order: (marker) =>
        shimOrder(host.tools, {
          marker,
          nice: 0,
          command: wordsOf(command),
          environment: instanceEnvironment(host, record),
          folder: workFolder(host, spec, user),
          outputFile: output,
          ...(user !== undefined && { user: { uid: user.uid, gid: user.gid } }),
        }),
    })
    if (code === 0 && !timedOut) return { healthy: true, proof: 'command', detail: 'The health command ended with 0' }
    const how = timedOut ? `did not end within ${timeoutMs} ms` : `ended with ${code ?? 'a signal'}`
    const said = maskSecrets(readFileSync(output, 'utf8').slice(-2000), host.secretsInUse.get(spec.instance) ?? [])
    return { healthy: false, reason: 'command-failed', detail: `The health command ${how}\n${said}` }
  } finally {
    rmSync(output, { force: true })
  }
}

function probeByAge(
  { clock, supervisor }: HostWorld,
  { run, spec: { instance } }: InstanceRecord,
  forMs: number,
): Finding {
  const ageMs = run === undefined ? 0 : clock.now() - run.startedAt
  if (supervisor.mainOf(instance) === undefined) {
    return { healthy: false, reason: 'starting', detail: 'it has no process yet' }
  }
  const detail = `it has been up for ${ageMs} of ${forMs} ms`
  return ageMs >= forMs ? { healthy: true, proof: 'process', detail } : { healthy: false, reason: 'too-young', detail }
}
