import { describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { startInstanceSchema } from '../contract.ts'
import { type AppHabits, type Chance, Crash, FakeMachine, seededChance } from '../machine/machine.fake.ts'
import { hostPaths, statusFile } from '../paths.ts'
import { markerVariable, printMarker } from './marker.ts'
import { broughtBack, newRecord, withStop } from './order.ts'
import { Records } from './records.ts'
import { Supervisor } from './supervisor.ts'

const paths = hostPaths('/host')
const host = 'h1'
const second = 1000

type World = ReturnType<typeof openWorld>

function openWorld(seed: number) {
  const chance = seededChance(seed)
  const clock = new VirtualClock()
  const machine = new FakeMachine(clock, chance, () => someHabits(chance))
  return { chance, clock, machine, tokens: 0 }
}

function someHabits(chance: Chance): AppHabits {
  return {
    livesMs: chance(3) === 0 ? chance(20 * second) : undefined,
    exitCode: chance(2),
    drainMs: chance(4) === 0 ? undefined : chance(3 * second),
    hearsOnce: chance(2) === 0,
    leavesChild: chance(3) === 0,
    childIgnoresTerm: chance(2) === 0,
    clearsEnvironment: chance(8) === 0,
    shimSlowMs: chance(3) === 0 ? chance(400) : 0,
  }
}

function openAgent(world: World) {
  const { machine, clock } = world
  const records = new Records(machine.files, paths)
  records.load()
  const supervisor = new Supervisor({
    host,
    records,
    processes: machine,
    clock,
    log: silentLogger,
    newToken: () => `t${++world.tokens}`,
    orderFor: ({ spec }, run) => ({
      file: 'sh',
      words: [],
      folder: '/',
      environment: { [markerVariable]: printMarker({ host, owner: spec.instance, token: run.token }) },
      outputFile: '/out',
      statusFile: statusFile(paths, spec.instance, run.token),
    }),
    readStatus: (instance, token) => machine.files.read(statusFile(paths, instance, token)),
    wasOutOfMemory: () => false,
    runEnded: () => {},
    wake: () => {},
    isPortTaken: () => false,
    busy: new Set(),
  })
  for (const record of records.all.values()) records.keep(broughtBack(record))
  return { records, supervisor }
}

type Agent = ReturnType<typeof openAgent>

function newInstance(world: World, agent: Agent, instance: string): void {
  const {
    kind: _,
    key: __,
    ...spec
  } = startInstanceSchema.parse({
    kind: 'startInstance',
    key: instance,
    project: 'acme/shop',
    config: 'production',
    release: 'r1',
    service: 'web',
    instance,
    command: 'serve',
    restart: { policy: world.chance(4) === 0 ? 'on-failure' : 'always' },
    stop: { killMs: world.chance(5) * second },
  })
  agent.records.save(newRecord(spec, 20_000 + Number(instance.slice(1)), world.clock.now()))
}

/** One thing that happens to the agent or around it. */
function something(world: World, agent: Agent): void {
  const { chance, clock, machine } = world
  const known = [...agent.records.all.values()]
  const one = known[chance(Math.max(1, known.length))]
  switch (chance(9)) {
    case 0:
      if (known.length < 4) newInstance(world, agent, `i${world.tokens++}`)
      break
    case 1:
      if (one !== undefined) agent.records.save(withStop(one, clock.now(), { park: chance(2) === 0 }))
      break
    case 2:
      if (one?.stoppedAt !== undefined) {
        agent.records.remove(one.spec.instance, `d${world.tokens++}`, clock.now(), clock.now() + second)
      }
      break
    case 3:
      if (machine.beings.size < 25) machine.stranger(chance(2) === 0 ? `other/x${one?.spec.instance}/t1` : undefined)
      break
    case 4: {
      const stranger = [...machine.beings.values()].find(({ ours }) => !ours)
      if (stranger !== undefined) machine.end(stranger.pid)
      break
    }
    case 5: {
      // Somebody with the right to do so kills a shim.
      const shim = [...machine.beings.values()].find(
        ({ ours, parent, pid, session }) => ours && parent === 1 && pid === session,
      )
      if (shim !== undefined && chance(3) === 0) shim.onSignal('SIGKILL')
      break
    }
    case 6:
      if (chance(20) === 0) machine.reboot()
      break
    default:
      clock.advanceBy(chance(3 * second))
  }
}

function live(world: World, steps: number): Agent {
  let agent = attempt(world, () => openAgent(world))
  for (let step = 0; step < steps; step++) {
    if (agent !== undefined && world.machine.crashIn === undefined && world.chance(6) === 0) {
      world.machine.crashIn = world.chance(12)
    }
    const current: Agent | undefined = agent ?? attempt(world, () => openAgent(world))
    agent = attempt(world, () => {
      if (current === undefined) return undefined
      something(world, current)
      current.supervisor.step()
      return current
    })
    if (agent === undefined && world.chance(2) === 0) world.clock.advanceBy(world.chance(10 * second))
  }
  world.machine.crashIn = undefined
  return agent ?? openAgent(world)
}

function attempt<T>(_: World, act: () => T): T | undefined {
  try {
    return act()
  } catch (fault) {
    if (fault instanceof Crash) return undefined
    throw fault
  }
}

/** Whatever an application without an environment left when its shim was shot cannot be proven ours, so nobody ends it. */
function stopAll(world: World, { records, supervisor }: Agent): void {
  for (const record of records.all.values()) records.save(withStop(record, world.clock.now()))
  for (let tick = 0; tick < 400; tick++) {
    const next = supervisor.step()
    world.clock.advanceTo(Math.max(world.clock.now() + 1, Math.min(next, world.clock.now() + second)))
  }
}

const seeds = 3000
/** It waits for nothing: only a machine that has much else to do makes it long. */
const patienceMs = 300_000

describe(`the supervisor, killed at any boundary, over ${seeds} histories`, () => {
  it(
    'never signals a process that is not its own, and leaves no process, port or folder',
    () => {
      const totals = { signals: 0, crashes: 0, starts: 0, reused: 0 }
      for (let seed = 1; seed <= seeds; seed++) {
        const world = openWorld(seed)
        const agent = live(world, 60)
        stopAll(world, agent)
        const { machine } = world
        expect({ seed, foreign: machine.signals.filter(({ ours }) => !ours) }).toEqual({ seed, foreign: [] })
        expect({ seed, cutShort: machine.cutShort }).toEqual({ seed, cutShort: [] })
        expect({ seed, overlaps: machine.overlaps }).toEqual({ seed, overlaps: [] })
        const left = [...machine.beings.values()].filter(({ ours, marker }) => ours && marker !== undefined)
        expect({ seed, left }).toEqual({ seed, left: [] })
        const unprovable = [...machine.beings.values()].filter(({ ours }) => ours)
        const running = [...agent.records.all.values()].filter(({ stoppedAt }) => stoppedAt === undefined)
        expect(running.length, `seed ${seed}`).toBeLessThanOrEqual(unprovable.length)
        for (const { spec } of agent.records.all.values()) {
          if (running.some((record) => record.spec.instance === spec.instance)) continue
          agent.records.remove(spec.instance, 'd', world.clock.now(), world.clock.now() + second)
        }
        const kept = running.map(({ spec }) => spec.instance)
        expect(machine.files.list(paths.instances), `seed ${seed}`).toEqual(kept.toSorted())
        totals.signals += machine.signals.length
        totals.crashes += machine.generation
        totals.starts += machine.starts
      }
      expect(totals.crashes).toBeGreaterThan(seeds)
      expect(totals.signals).toBeGreaterThan(seeds)
      expect(totals.starts).toBeGreaterThan(seeds)
    },
    patienceMs,
  )
})
