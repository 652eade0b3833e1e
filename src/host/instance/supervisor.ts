/** Carries out what `decide` says for every instance. Synchronous throughout: nothing can come between a proof and a signal. */
import type { Clock, Logger } from '../../base/index.ts'
import { codeOf } from '../errors.ts'
import type { Ending, Identity, ProcessFacts, Processes, StartOrder } from '../machine/machine.ts'
import { type Decision, decide, type RunFacts, type Target } from './decide.ts'
import { orphansOf } from './janitor.ts'
import { type Marker, parseMarker } from './marker.ts'
import { isProven, isSame } from './proof.ts'
import type { InstanceRecord, Run } from './record.ts'
import type { Records } from './records.ts'
import { parseStatus, type Said } from './status.ts'

export type SupervisorParts = {
  readonly host: string
  readonly records: Records
  readonly processes: Processes
  readonly clock: Clock
  readonly log: Logger
  readonly newToken: () => string
  /** How to start the record's run. Throws what a person should read when it cannot be (a secret that is gone). */
  readonly orderFor: (record: InstanceRecord, run: Run) => StartOrder
  readonly readStatus: (instance: string, token: string) => string | undefined
  readonly wasOutOfMemory: (instance: string, token: string) => boolean
  /** A run is over and nothing of it lives. */
  readonly runEnded: (instance: string, token: string) => void
  /** Something ended: look soon. */
  readonly wake: () => void
  /** Tokens of builds and probes that run now. */
  readonly busy: ReadonlySet<string>
  /** Whether anybody listens there now. */
  readonly isPortTaken: (port: number) => boolean
  /** This agent is here to stop what runs. */
  readonly startsNothing?: boolean
}

/** How often to look at processes that are not our children. */
export const pollMs = 500
export const sweepEveryMs = 5_000
const afterFaultMs = 1_000
/** More steps for one instance in one go are a circle. */
const mostSteps = 20

/** While the kernel exchanges a program for another, its environment looks empty for a moment. */
const certainAfterMs = 1_000

type Stranger = { readonly since: number; readonly isCertain: boolean }
type Marked = ProcessFacts & { readonly marker: string; readonly parsed: Marker }
type Started = { readonly token: string; readonly shim: Identity | undefined; fault?: Error; ended: boolean }

export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #started = new Map<string, Started>()
  /** Orphans that had their SIGTERM: pid and start → when. */
  readonly #warned = new Map<string, number>()
  /** What shims said of runs whose application runs: nothing is added to it before that ends, so it is not read again. */
  readonly #known = new Map<string, { readonly token: string; readonly said: Said }>()
  /** Instances that cannot come back yet, with the port that somebody else has. */
  readonly #blocked = new Map<string, number>()
  #nextSweepAt = 0
  #scan: readonly Marked[] | undefined
  /** Processes without our marker: since when, and whether that is certain. Nobody gets it later, so they are not read again. */
  #strangers: ReadonlyMap<string, Stranger> = new Map()

  constructor(parts: SupervisorParts) {
    this.#parts = parts
  }

  /** Brings every instance forward as far as it goes now. @returns when to look again without being woken */
  step(): number {
    this.#scan = undefined
    const now = this.#parts.clock.now()
    if (now >= this.#nextSweepAt) this.#sweepOrphans(now)
    let next = this.#nextSweepAt
    this.#parts.records.saveKept()
    for (const instance of this.#parts.records.all.keys()) next = Math.min(next, this.#attempt(instance))
    return next
  }

  /** What goes wrong with one instance, such as a start that a full disk cannot note, does not hold up the others. */
  #attempt(instance: string): number {
    const { clock, log } = this.#parts
    try {
      return this.#bringForward(instance)
    } catch (fault) {
      if (codeOf(fault) === undefined) throw fault
      log.error('an instance cannot be brought forward', { instance, fault: String(fault) })
      return clock.now() + afterFaultMs
    }
  }

  #keep(record: InstanceRecord): void {
    const fault = this.#parts.records.keep(record)
    if (fault === undefined) return
    this.#parts.log.error('a record is not on the disk', { instance: record.spec.instance, fault })
  }

  /** What is proven to belong to the instance, shim included. */
  processesOf(instance: string): readonly ProcessFacts[] {
    this.#scan = undefined
    return this.#processesOf(instance)
  }

  /** The same of every instance, for one look at the machine. */
  processesOfAll(): ReadonlyMap<string, readonly ProcessFacts[]> {
    this.#scan = undefined
    return new Map([...this.#parts.records.all.keys()].map((instance) => [instance, this.#processesOf(instance)]))
  }

  #processesOf(instance: string): readonly ProcessFacts[] {
    const record = this.#parts.records.get(instance)
    if (record?.run === undefined) return []
    const marked = this.#marked().filter(({ parsed }) => parsed.owner === instance)
    const main = this.#alive(this.#said(record.run, instance).main)
    return main === undefined || marked.some(({ pid }) => pid === main.pid) ? marked : [...marked, main]
  }

  /** The application's main process, while it lives. */
  mainOf(instance: string): Identity | undefined {
    const run = this.#parts.records.get(instance)?.run
    return run === undefined ? undefined : this.#alive(this.#said(run, instance).main)
  }

  /** SIGKILL to the application, for what nobody else can end it by: too much memory. */
  killMain(instance: string): void {
    const main = this.mainOf(instance)
    if (main !== undefined) this.#signal(instance, { process: main, signal: 'SIGKILL' })
  }

  #bringForward(instance: string): number {
    const { clock, processes, records, newToken } = this.#parts
    for (let steps = 0; steps < mostSteps; steps++) {
      const record = records.get(instance)
      if (record === undefined) return Infinity
      const facts = this.#gather(record, instance)
      const isPortTaken = this.#isBlocked(record, instance)
      const startsNothing = this.#parts.startsNothing === true
      const decision = decide(record, facts, {
        ...{ now: clock.now(), boot: processes.boot, isPortTaken, startsNothing },
        get token() {
          return newToken()
        },
      })
      const again = this.#carryOut(instance, record, decision)
      if (again !== undefined) return Math.min(again, this.#pollAt(instance))
    }
    return clock.now() + pollMs
  }

  /** Told once: it is looked at again every second. */
  #isBlocked({ port, returning, run, stop }: InstanceRecord, instance: string): boolean {
    const { isPortTaken, log } = this.#parts
    const awaits = port !== undefined && returning === true && run === undefined && stop === undefined
    if (!awaits || !isPortTaken(port)) {
      if (this.#blocked.delete(instance)) log.info('the port of an instance is free again', { instance, port })
      return false
    }
    if (!this.#blocked.has(instance)) {
      const repair = `end who listens there (ss -ltnp 'sport = :${port}'); the instance starts within a second then`
      log.warn('an instance cannot come back: somebody else has its port', { instance, port, repair })
    }
    this.#blocked.set(instance, port)
    return true
  }

  /** Its port, while somebody else has it and the instance waits for it to come back. */
  blockedPort(instance: string): number | undefined {
    return this.#blocked.get(instance)
  }

  /** @returns when to look again, or undefined when there is more to decide now */
  #carryOut(instance: string, before: InstanceRecord, decision: Decision): number | undefined {
    const { records } = this.#parts
    switch (decision.kind) {
      case 'rest':
        return decision.until ?? Infinity
      case 'save':
        this.#keep(decision.record)
        if (before.run !== undefined && decision.record.run === undefined)
          this.#endRun(instance, before.run, decision.record)
        return undefined
      case 'start':
        records.save(decision.record)
        this.#start(instance, decision.record)
        return undefined
      case 'signal':
        if (decision.record !== before) this.#keep(decision.record)
        for (const target of decision.targets) this.#signal(instance, target)
        if (decision.after !== undefined) this.#keep(decision.after)
        return decision.again
    }
  }

  #start(instance: string, record: InstanceRecord): void {
    const { run } = record
    if (run === undefined) return
    const { log, orderFor, processes, wake } = this.#parts
    const started: Started = { token: run.token, shim: undefined, ended: false }
    this.#started.set(instance, started)
    const ended = ({ fault }: Ending): void => {
      started.ended = true
      if (fault !== undefined) started.fault = fault
      wake()
    }
    try {
      const pid = processes.start(orderFor(record, run), ended)
      const shim = pid === undefined ? undefined : processes.read(pid)
      this.#started.set(instance, Object.assign(started, { shim }))
    } catch (fault) {
      started.fault = fault instanceof Error ? fault : new Error(String(fault))
      log.error('an instance could not start', { instance, fault: started.fault.message })
    }
  }

  #endRun(instance: string, run: Run, record: InstanceRecord): void {
    const { log, records, runEnded } = this.#parts
    this.#known.delete(instance)
    runEnded(instance, run.token)
    records.forgetRun(instance, run.token)
    log.info('an instance ended', { instance, exit: record.exits.at(-1), nextStartAt: record.nextStartAt })
  }

  #gather({ run, spec, stop }: InstanceRecord, instance: string): RunFacts | undefined {
    if (run === undefined) return undefined
    const started = this.#started.get(instance)
    const startedHere = started?.token === run.token
    const { said, main } = this.#mainOf(run, instance)
    // Whoever runs is looked at several times a second: its shim is of no interest then.
    const isAtRest = main !== undefined && stop === undefined
    const known = said.shim ?? (startedHere ? started.shim : this.#leaderOf(run.token))
    const shim = isAtRest ? undefined : this.#alive(known)
    const isOver = main === undefined && (shim === undefined || said.exit !== undefined)
    // What was seen before the end was seen may lack what the application started since.
    if (isOver) this.#scan = undefined
    const outOfMemory = isOver && this.#parts.wasOutOfMemory(instance, run.token)
    const others = isOver || stop !== undefined ? this.#othersOf(instance, [shim, main]) : []
    const fault = startedHere ? started.fault?.message : undefined
    const isAsked = stop !== undefined && main !== undefined
    const catchesStop = isAsked && this.#parts.processes.catches(main.pid, spec.stop.signal) === true
    return {
      said,
      startedHere,
      outOfMemory,
      catchesStop,
      others,
      ...(fault !== undefined && { fault }),
      ...(shim && { shim }),
      ...(main && { main }),
    }
  }

  #mainOf(run: Run, instance: string): { readonly said: Said; readonly main: ProcessFacts | undefined } {
    const before = this.#said(run, instance)
    const main = this.#alive(before.main)
    if (main !== undefined) return { said: before, main }
    // It is over, or about to begin: by now the shim may have said more.
    this.#known.delete(instance)
    const said = this.#said(run, instance)
    return { said, main: this.#alive(said.main) }
  }

  #said(run: Run, instance: string): Said {
    if (run.boot !== this.#parts.processes.boot) return {}
    const known = this.#known.get(instance)
    if (known?.token === run.token) return known.said
    const said = parseStatus(this.#parts.readStatus(instance, run.token))
    if (said.shim !== undefined && said.main !== undefined && said.exit === undefined)
      this.#known.set(instance, { token: run.token, said })
    return said
  }

  #alive(written: Identity | undefined): ProcessFacts | undefined {
    if (written === undefined) return undefined
    const found = this.#parts.processes.read(written.pid)
    return isSame(found, written) ? found : undefined
  }

  /** A shim that has not written who it is yet, or cannot. */
  #leaderOf(token: string): Identity | undefined {
    return this.#marked().find(({ parsed, pid, session }) => parsed.token === token && pid === session)
  }

  #othersOf(instance: string, known: readonly (Identity | undefined)[]): readonly Identity[] {
    const pids = new Set(known.map((process) => process?.pid))
    return this.#marked().filter(({ parsed, pid }) => parsed.owner === instance && !pids.has(pid))
  }

  /** All living processes with this host's marker, read at most once a step. */
  #marked(): readonly Marked[] {
    const { clock, host, processes } = this.#parts
    if (this.#scan !== undefined) return this.#scan
    const strangers = new Map<string, Stranger>()
    this.#scan = processes.list().flatMap((process) => {
      if (process.zombie) return []
      const known = this.#strangers.get(nameOf(process))
      const marker = known?.isCertain === true ? undefined : processes.marker(process.pid)
      const parsed = parseMarker(marker)
      if (marker !== undefined && parsed?.host === host) return [{ ...process, marker, parsed }]
      const since = known?.since ?? clock.now()
      strangers.set(nameOf(process), { since, isCertain: clock.now() - since >= certainAfterMs })
      return []
    })
    this.#strangers = strangers
    return this.#scan
  }

  #signal(instance: string, { process: target, signal }: Target): void {
    const { host, log, processes, records } = this.#parts
    const run = records.get(instance)?.run
    const written = run === undefined ? undefined : this.#said(run, instance).shim
    const shim = written && { found: processes.read(written.pid), marker: processes.marker(written.pid), written }
    const evidence = { found: processes.read(target.pid), marker: processes.marker(target.pid), ...(shim && { shim }) }
    // Between this line and the signal lies no wait: the pid would have to end and come round again in microseconds.
    if (isProven(target, { host, owner: instance }, evidence)) processes.signal(target.pid, signal)
    else log.warn('a process is not signalled: it cannot be proven ours', { instance, pid: target.pid, signal })
  }

  #sweepOrphans(now: number): void {
    const { busy, host, log, processes, records } = this.#parts
    const orphans = orphansOf({ host, busy, processes: this.#marked(), records: records.all, damaged: records.damaged })
    const seen = new Set(orphans.map(nameOf))
    for (const name of this.#warned.keys()) if (!seen.has(name)) this.#warned.delete(name)
    for (const orphan of orphans) {
      const signal = this.#warned.has(nameOf(orphan)) ? 'SIGKILL' : 'SIGTERM'
      const owner = parseMarker(orphan.marker)?.owner ?? ''
      const evidence = { found: processes.read(orphan.pid), marker: processes.marker(orphan.pid) }
      if (!isProven(orphan, { host, owner }, evidence)) continue
      log.warn('a process without a record is ended', { pid: orphan.pid, owner, signal })
      processes.signal(orphan.pid, signal)
      this.#warned.set(nameOf(orphan), now)
    }
    this.#nextSweepAt = now + (orphans.length > 0 ? sweepEveryMs / 5 : sweepEveryMs)
  }

  /** Our children report their end; everyone else has to be looked at. */
  #pollAt(instance: string): number {
    const run = this.#parts.records.get(instance)?.run
    if (run === undefined) return Infinity
    const started = this.#started.get(instance)
    const reports = started?.token === run.token && started.shim !== undefined && !started.ended
    return reports ? Infinity : this.#parts.clock.now() + pollMs
  }
}

const nameOf = ({ pid, start }: Identity): string => `${pid} ${start}`
