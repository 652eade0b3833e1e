import { describe, expect, it } from 'vitest'
import { type Logger, silentLogger, VirtualClock } from '../../base/index.ts'
import { startInstanceSchema } from '../contract.ts'
import { type AppHabits, FakeMachine, seededChance } from '../machine/machine.fake.ts'
import { hostPaths, statusFile } from '../paths.ts'
import { markerVariable, printMarker } from './marker.ts'
import { broughtBack, newRecord, withStop } from './order.ts'
import { Records } from './records.ts'
import { Supervisor } from './supervisor.ts'

const paths = hostPaths('/host')
const steady: AppHabits = {
  livesMs: undefined,
  exitCode: 1,
  drainMs: 0,
  hearsOnce: true,
  leavesChild: false,
  childIgnoresTerm: false,
  clearsEnvironment: false,
  shimSlowMs: 0,
}

function openWorld(habits: Partial<AppHabits> = {}) {
  const clock = new VirtualClock()
  const machine = new FakeMachine(clock, seededChance(1), () => ({ ...steady, ...habits }))
  let tokens = 0
  const lines: string[] = []
  const listening = new Set<number>()
  const warn = (message: string): void => void lines.push(message)
  const log: Logger = { ...silentLogger, warn, info: warn }
  const openAgent = () => {
    const records = new Records(machine.files, paths)
    records.load()
    const supervisor = new Supervisor({
      ...{ host: 'h', records, processes: machine, clock, log, busy: new Set<string>() },
      newToken: () => `t${++tokens}`,
      orderFor: ({ spec }, run) => ({
        ...{ file: 'sh', words: [], folder: '/', outputFile: '/out' },
        environment: { [markerVariable]: printMarker({ host: 'h', owner: spec.instance, token: run.token }) },
        statusFile: statusFile(paths, spec.instance, run.token),
      }),
      readStatus: (instance, token) => machine.files.read(statusFile(paths, instance, token)),
      wasOutOfMemory: () => false,
      runEnded: () => {},
      wake: () => {},
      isPortTaken: (port) => listening.has(port),
    })
    return { records, supervisor }
  }
  return { clock, machine, openAgent, lines, listening }
}

function record(instance: string) {
  const address = { project: 'a/b', config: 'c', release: 'r', service: 's', instance, command: 'x' }
  const { kind: _, key: __, ...spec } = startInstanceSchema.parse({ kind: 'startInstance', key: 'k', ...address })
  return newRecord(spec, 20_000, 0)
}

const diskFull = (): never => {
  throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
}

describe('an agent that returns', () => {
  it('finds a shim that has not said who it is yet by its marker, and starts nothing beside it', () => {
    const { clock, machine, openAgent } = openWorld({ shimSlowMs: 300 })
    const first = openAgent()
    first.records.save(record('i'))
    first.supervisor.step()
    const second = openAgent()
    second.supervisor.step()
    clock.advanceBy(1000)
    second.supervisor.step()
    expect(machine.starts).toBe(1)
    expect(second.supervisor.mainOf('i')).toBeDefined()
  })

  it('signals nobody when the machine was started again and the pids are others’', () => {
    const { machine, openAgent } = openWorld()
    const first = openAgent()
    first.records.save(record('i'))
    first.supervisor.step()
    machine.reboot()
    // Same pids, same start times: the kernel counts from the boot.
    const strangers = [machine.stranger(), machine.stranger()]
    const second = openAgent()
    second.records.save(withStop(second.records.get('i') ?? record('i'), 0, { killMs: 0 }))
    second.supervisor.step()
    expect(machine.signals).toEqual([])
    expect(second.records.get('i')?.stoppedAt).toBeDefined()
    expect(strangers.every((pid) => machine.read(pid) !== undefined)).toBe(true)
  })
})

/** As the agent opens. */
function bringBack({ records, supervisor }: ReturnType<ReturnType<typeof openWorld>['openAgent']>): void {
  for (const each of records.all.values()) records.keep(broughtBack(each))
  supervisor.step()
}

describe('a machine that was down', () => {
  it('has everything that was parked again, whether it was booted or not', () => {
    for (const isBooted of [false, true]) {
      const { machine, openAgent } = openWorld()
      const first = openAgent()
      for (const name of ['a', 'b']) first.records.save(record(name))
      first.supervisor.step()
      for (const each of first.records.all.values()) first.records.keep(withStop(each, 0, { park: true }))
      first.supervisor.step()
      first.supervisor.step()
      expect(machine.list()).toEqual([])
      expect([...first.records.all.values()].every(({ stoppedAt }) => stoppedAt !== undefined)).toBe(true)
      if (isBooted) machine.reboot()
      const second = openAgent()
      bringBack(second)
      for (const name of ['a', 'b']) expect(second.supervisor.mainOf(name)).toBeDefined()
      expect(second.records.get('a')).toMatchObject({ port: 20_000, failures: 0, runs: 2 })
    }
  })

  it('has everything again that ran when the power went, and what was stopped stays stopped', () => {
    const { machine, openAgent } = openWorld()
    const first = openAgent()
    for (const name of ['runs', 'was-stopped']) first.records.save(record(name))
    first.supervisor.step()
    first.records.keep(withStop(first.records.get('was-stopped') ?? record('x'), 0))
    first.supervisor.step()
    machine.reboot()
    const second = openAgent()
    bringBack(second)
    expect(second.supervisor.mainOf('runs')).toBeDefined()
    expect(second.supervisor.mainOf('was-stopped')).toBeUndefined()
    expect(second.records.get('runs')).toMatchObject({ exits: [], failures: 0 })
  })

  it('says whose port somebody else has meanwhile, once, and starts the instance when it is free', () => {
    const { clock, lines, listening, machine, openAgent } = openWorld()
    const first = openAgent()
    first.records.save(record('i'))
    first.supervisor.step()
    machine.reboot()
    listening.add(20_000)
    const second = openAgent()
    for (let rounds = 0; rounds < 5; rounds++) {
      bringBack(second)
      clock.advanceBy(1000)
    }
    expect(machine.starts).toBe(1)
    expect(second.supervisor.blockedPort('i')).toBe(20_000)
    expect(lines.filter((line) => line.includes('somebody else has its port'))).toHaveLength(1)
    listening.clear()
    second.supervisor.step()
    expect(second.supervisor.mainOf('i')).toBeDefined()
    expect(second.supervisor.blockedPort('i')).toBeUndefined()
  })
})

describe('a full disk', () => {
  it('starts nothing that it could not remember', () => {
    const { machine, openAgent } = openWorld()
    const { records, supervisor } = openAgent()
    records.save(record('i'))
    const { write } = machine.files
    Object.assign(machine.files, { write: diskFull })
    supervisor.step()
    expect(machine.starts).toBe(0)
    Object.assign(machine.files, { write })
    supervisor.step()
    expect(machine.starts).toBe(1)
  })

  it('does not keep an instance from being stopped, nor signals it twice', () => {
    const { clock, machine, openAgent } = openWorld({ drainMs: 500 })
    const { records, supervisor } = openAgent()
    records.save(record('i'))
    supervisor.step()
    const { write } = machine.files
    Object.assign(machine.files, { write: diskFull })
    expect(records.keep(withStop(records.get('i') ?? record('i'), clock.now()))).toMatchObject({ code: 'ENOSPC' })
    supervisor.step()
    supervisor.step()
    expect(machine.signals.map(({ signal }) => signal)).toEqual(['SIGTERM'])
    clock.advanceBy(1000)
    supervisor.step()
    expect(records.get('i')?.stoppedAt).toBeDefined()
    Object.assign(machine.files, { write })
    supervisor.step()
    expect(openAgent().records.get('i')?.stoppedAt).toBeDefined()
  })

  it('leaves no folder of an instance that could not be recorded', () => {
    const { machine, openAgent } = openWorld()
    const { records } = openAgent()
    Object.assign(machine.files, { write: diskFull })
    expect(() => records.save(record('i'))).toThrow('ENOSPC')
    expect(records.get('i')).toBeUndefined()
    expect(machine.files.list(paths.instances)).toEqual([])
  })
})
