import { describe, expect, it } from 'vitest'
import { type InstanceSpec, startInstanceSchema } from '../contract.ts'
import { decide, leftBehindMs, lookAgainMs, portAgainMs, type RunFacts } from './decide.ts'
import { broughtBack, newRecord, withStop } from './order.ts'
import type { InstanceRecord, Run } from './record.ts'
import { phaseOf, restartDelayMs } from './restart.ts'

const now = 1_000_000
const moment = { now, boot: 'b1', token: 'new' }
const shim = { pid: 5, start: '90' }
const main = { pid: 7, start: '100' }
const child = { pid: 8, start: '110' }
const run: Run = { number: 1, token: 't1', boot: 'b1', startedAt: now - 500 }

function spec(members: object = {}): InstanceSpec {
  const base = { kind: 'startInstance', key: 'k', project: 'a/b', config: 'c', release: 'r', service: 's' }
  const {
    kind: _,
    key: __,
    ...parsed
  } = startInstanceSchema.parse({ ...base, instance: 'i', command: 'x', ...members })
  return parsed
}

const record = (members: Partial<InstanceRecord> = {}, specMembers: object = {}): InstanceRecord => ({
  ...newRecord(spec(specMembers), 20_000, now - 1000),
  runs: 1,
  run,
  ...members,
})
const facts = (members: Partial<RunFacts> = {}): RunFacts => ({
  said: { shim, main },
  others: [],
  startedHere: true,
  outOfMemory: false,
  catchesStop: false,
  ...members,
})

function saved(decision: ReturnType<typeof decide>): InstanceRecord {
  expect(decision.kind).toBe('save')
  if (decision.kind !== 'save') throw new Error(decision.kind)
  return decision.record
}

describe('starting', () => {
  it('writes the intent with a token of its own, then starts', () => {
    const decision = decide(newRecord(spec(), 20_000, now), undefined, moment)
    expect(decision).toMatchObject({
      kind: 'start',
      record: { runs: 1, port: 20_000, run: { number: 1, token: 'new', boot: 'b1', startedAt: now } },
    })
  })

  it('waits for the time of the next start', () => {
    const { run: _, ...waiting } = record({ nextStartAt: now + 300 })
    expect(decide(waiting, undefined, moment)).toEqual({ kind: 'rest', until: now + 300 })
    expect(decide(waiting, undefined, { ...moment, now: now + 300 })).toMatchObject({
      kind: 'start',
      record: { runs: 2 },
    })
  })

  it('leaves alone what runs, also while the shim has not said who the application is', () => {
    expect(decide(record(), facts({ shim, main }), moment)).toEqual({ kind: 'rest' })
    expect(decide(record(), facts({ shim, said: {} }), moment)).toEqual({ kind: 'rest' })
  })

  it('leaves alone an application whose shim was killed', () => {
    expect(decide(record(), facts({ main }), moment)).toEqual({ kind: 'rest' })
  })

  it('does not start what its policy calls over', () => {
    const { run: _, ...ended } = record({ ended: true })
    expect(decide(ended, undefined, moment)).toEqual({ kind: 'rest' })
  })
})

describe('an end', () => {
  it('is recorded with its code, and the next start waits', () => {
    const after = saved(decide(record(), facts({ said: { shim, main, exit: 3 } }), moment))
    expect(after.run).toBeUndefined()
    expect(after.exits).toEqual([{ at: now, ranMs: 500, code: 3, reason: 'exited' }])
    expect(after.nextStartAt).toBe(now + 200)
  })

  it('counts though the shim that told it is not gone yet', () => {
    expect(decide(record(), facts({ shim, said: { shim, main, exit: 0 } }), moment).kind).toBe('save')
  })

  it.each([
    [137, { signal: 'SIGKILL', reason: 'killed' }],
    [143, { signal: 'SIGTERM', reason: 'killed' }],
    [127, { code: 127, reason: 'exited' }],
    [255, { code: 255, reason: 'exited' }],
  ])('reads what a shell tells as %i', (exit, expected) => {
    expect(saved(decide(record(), facts({ said: { shim, main, exit } }), moment)).exits).toMatchObject([expected])
  })

  it('by the memory limit is called so', () => {
    const after = saved(decide(record(), facts({ said: { shim, main, exit: 137 }, outOfMemory: true }), moment))
    expect(after.exits).toMatchObject([{ reason: 'out-of-memory' }])
  })

  it('that nobody saw is called vanished', () => {
    expect(saved(decide(record(), facts(), moment)).exits).toMatchObject([{ reason: 'vanished' }])
  })

  it('before the beginning tells why', () => {
    const after = saved(decide(record(), facts({ said: {}, fault: 'no such folder' }), moment))
    expect(after.exits).toMatchObject([{ reason: 'could-not-start', detail: 'no such folder' }])
  })

  it('is nobody’s failure when the agent died between intent and start', () => {
    const after = saved(decide(record(), facts({ said: {}, startedHere: false }), moment))
    expect(after).toMatchObject({ exits: [], failures: 0 })
    expect(decide(after, undefined, moment).kind).toBe('start')
  })

  it('is nobody’s failure when the machine was started again, whatever has its pid now', () => {
    const after = saved(decide(record(), facts({ shim, main }), { ...moment, boot: 'b2' }))
    expect(after).toMatchObject({ exits: [], failures: 0 })
    expect(after.run).toBeUndefined()
  })

  it('is final by policy', () => {
    const over = (policy: string, exit: number) =>
      saved(decide(record({}, { restart: { policy } }), facts({ said: { shim, main, exit } }), moment)).ended
    expect(over('never', 1)).toBe(true)
    expect(over('on-failure', 0)).toBe(true)
    expect(over('on-failure', 1)).toBeUndefined()
    expect(over('always', 0)).toBeUndefined()
  })
})

describe('what a main process left behind', () => {
  it('gets SIGTERM once before anything is started', () => {
    const decision = decide(record(), facts({ said: { shim, main, exit: 1 }, others: [child] }), moment)
    expect(decision).toMatchObject({
      kind: 'signal',
      record: { run: { leftSince: now } },
      targets: [{ process: child, signal: 'SIGTERM' }],
    })
  })

  it('gets time, then SIGKILL', () => {
    const left = record({ run: { ...run, leftSince: now } })
    const seen = facts({ said: { shim, main, exit: 1 }, others: [child] })
    expect(decide(left, seen, moment)).toEqual({ kind: 'rest', until: now + lookAgainMs })
    const later = decide(left, seen, { ...moment, now: now + leftBehindMs })
    expect(later).toMatchObject({ kind: 'signal', targets: [{ process: child, signal: 'SIGKILL' }] })
  })

  it('has no longer than the stop allows', () => {
    const left = withStop(record({ run: { ...run, leftSince: now } }), now, { killMs: 100 })
    const seen = facts({ said: { shim, main, exit: 1 }, others: [child] })
    expect(decide(left, seen, { ...moment, now: now + 100 })).toMatchObject({
      kind: 'signal',
      record: { stop: { killed: true } },
      targets: [{ process: child, signal: 'SIGKILL' }],
    })
  })
})

describe('stopping', () => {
  const alive = facts({ shim, main, others: [child] })

  it('signals the main process only, and notes it before', () => {
    expect(decide(withStop(record(), now), alive, moment)).toMatchObject({
      kind: 'signal',
      record: { stop: { signalledAt: now, killAt: now + 30_000 } },
      targets: [{ process: main, signal: 'SIGTERM' }],
    })
  })

  it('sends the signal that the specification names', () => {
    const decision = decide(withStop(record({}, { stop: { signal: 'SIGINT' } }), now), alive, moment)
    expect(decision).toMatchObject({ targets: [{ signal: 'SIGINT' }] })
  })

  it('signals what a shell started as well, and not again when the shell is gone', () => {
    const stopping = withStop(record({}, { command: 'cd app && x' }), now)
    const first = decide(stopping, alive, moment)
    expect(first).toMatchObject({ targets: [{ process: main }, { process: child }] })
    if (first.kind !== 'signal') throw new Error(first.kind)
    const left = decide(first.record, facts({ said: { shim, main, exit: 143 }, others: [child] }), moment)
    expect(left).toMatchObject({ kind: 'signal', targets: [], record: { run: { leftSince: now } } })
  })

  it('never signals twice: a second SIGTERM ends many applications in their drain', () => {
    const stop = { askedAt: now, killAt: now + 9000, signalledAt: now }
    const rest = { kind: 'rest', until: now + lookAgainMs }
    expect(decide(record({ stop: { ...stop, sent: true } }), { ...alive, catchesStop: true }, moment)).toEqual(rest)
    expect(decide(record({ stop }), alive, moment)).toEqual(rest)
  })

  it('signals again only who would catch it, when an agent died before it knew the signal sent', () => {
    const stop = { askedAt: now, killAt: now + 9000, signalledAt: now - 100 }
    expect(decide(record({ stop }), { ...alive, catchesStop: true }, moment)).toMatchObject({
      kind: 'signal',
      targets: [{ process: main, signal: 'SIGTERM' }],
      after: { stop: { signalledAt: now, sent: true } },
    })
  })

  it('kills everything but the shim when the time is over', () => {
    const late = record({ stop: { askedAt: now, killAt: now, signalledAt: now } })
    expect(decide(late, alive, moment)).toMatchObject({
      kind: 'signal',
      record: { stop: { killed: true } },
      targets: [
        { process: main, signal: 'SIGKILL' },
        { process: child, signal: 'SIGKILL' },
      ],
    })
  })

  it('leaves the shim of a killed application the time to write how it ended, however busy the machine is', () => {
    const late = record({ stop: { askedAt: now - 1000, killAt: now - 50, signalledAt: now - 1000, killed: true } })
    const dead = facts({ shim })
    expect(decide(late, dead, moment)).toEqual({ kind: 'rest', until: now + lookAgainMs })
    expect(decide(late, { ...dead, others: [child] }, moment)).toMatchObject({
      kind: 'signal',
      targets: [{ process: child, signal: 'SIGKILL' }],
    })
    expect(decide(late, dead, { ...moment, now: now - 50 + leftBehindMs })).toMatchObject({
      kind: 'signal',
      targets: [{ process: shim, signal: 'SIGKILL' }],
    })
  })

  it('waits for an application that is not born yet, and at last kills its shim', () => {
    const unborn = facts({ shim, said: {} })
    expect(decide(withStop(record(), now, { killMs: 100 }), unborn, moment)).toEqual({
      kind: 'rest',
      until: now + lookAgainMs,
    })
    expect(decide(withStop(record(), now, { killMs: 0 }), unborn, moment)).toMatchObject({
      targets: [{ process: shim, signal: 'SIGKILL' }],
    })
  })

  it('ends in stopped, with the exit told as wanted', () => {
    const stopping = withStop(record(), now)
    const ended = saved(decide(stopping, facts({ said: { shim, main, exit: 0 } }), moment))
    expect(ended.exits).toMatchObject([{ code: 0, reason: 'stopped' }])
    expect(ended.nextStartAt).toBeUndefined()
    const stopped = saved(decide(ended, undefined, moment))
    expect(stopped.stoppedAt).toBe(now)
    expect(decide(stopped, undefined, moment)).toEqual({ kind: 'rest' })
  })

  it('of what waits for its next start is done at once', () => {
    const { run: _, ...waiting } = withStop(record({ nextStartAt: now + 9000 }), now)
    const stopped = saved(decide(waiting, undefined, moment))
    expect(stopped).toMatchObject({ stoppedAt: now })
    expect(stopped.nextStartAt).toBeUndefined()
  })

  it('asked again can only be shortened', () => {
    const first = withStop(record(), now, { killMs: 5000 })
    expect(withStop(first, now + 1000, { killMs: 60_000 }).stop?.killAt).toBe(now + 5000)
    expect(withStop(first, now + 1000, { killMs: 0 }).stop).toMatchObject({ askedAt: now, killAt: now + 1000 })
    const stopped = { ...first, stoppedAt: now }
    expect(withStop(stopped, now, { killMs: 0 })).toBe(stopped)
  })
})

describe('parking', () => {
  const { run: _, ...idle } = record()
  const parked = { ...withStop(idle, now, { park: true }), stoppedAt: now }

  it('ends it as a stop does, and the next agent starts it', () => {
    expect(decide(withStop(record(), now, { park: true }), facts({ shim, main }), moment)).toMatchObject({
      kind: 'signal',
      targets: [{ process: main, signal: 'SIGTERM' }],
    })
    expect(decide(parked, undefined, moment)).toEqual({ kind: 'rest' })
    expect(decide(broughtBack(parked), undefined, moment)).toMatchObject({ kind: 'start', record: { port: 20_000 } })
  })

  it('that is not over when the next agent comes is finished first', () => {
    const coming = broughtBack(withStop(record(), now, { park: true }))
    expect(decide(coming, facts({ shim, main }), moment).kind).toBe('signal')
    const { run: __, ...ended } = coming
    const after = saved(decide(ended, undefined, moment))
    expect(after.stop).toBeUndefined()
    expect(decide(after, undefined, moment).kind).toBe('start')
  })

  it('gives way to a stop for good, before and after, and never turns one into itself', () => {
    const forGood = withStop(record(), now)
    expect(withStop(forGood, now, { park: true }).stop?.parked).toBeUndefined()
    expect(withStop(withStop(record(), now, { park: true }), now).stop?.parked).toBeUndefined()
    const after = withStop(parked, now + 5)
    expect(after).toMatchObject({ stoppedAt: now })
    expect(broughtBack(after)).toBe(after)
    expect(broughtBack({ ...forGood, stoppedAt: now })).toMatchObject({ stoppedAt: now })
    expect(withStop(parked, now + 5, { park: true })).toBe(parked)
  })

  it('asked for again, while the last one is on its way back, holds', () => {
    const coming = broughtBack(withStop(record(), now, { park: true }))
    const { run: __, ...again } = withStop(coming, now, { park: true })
    expect(saved(decide(again, undefined, moment))).toMatchObject({ stoppedAt: now, stop: { parked: true } })
  })

  it('leaves what had ended by itself ended', () => {
    const done = { ...withStop({ ...idle, ended: true }, now, { park: true }), stoppedAt: now }
    expect(decide(broughtBack(done), undefined, moment)).toEqual({ kind: 'rest' })
  })

  it('is not undone by an agent that came to stop what runs', () => {
    expect(decide(idle, undefined, { ...moment, startsNothing: true })).toEqual({ kind: 'rest' })
  })

  it('waits at its return for whoever has the port, and only then', () => {
    const back = broughtBack(parked)
    expect(decide(back, undefined, { ...moment, isPortTaken: true })).toEqual({
      kind: 'rest',
      until: now + portAgainMs,
    })
    const { returning: __, ...started } = back
    expect(decide(started, undefined, { ...moment, isPortTaken: true }).kind).toBe('start')
    const booted = saved(decide(record(), facts({ shim, main }), { ...moment, boot: 'b2' }))
    expect(decide(booted, undefined, { ...moment, isPortTaken: true }).kind).toBe('rest')
  })
})

describe('restarting', () => {
  const limits = { firstDelayMs: 200, longestDelayMs: 30_000 }

  it('waits twice as long each time, up to the longest', () => {
    expect([1, 2, 3, 8, 9, 5000].map((failures) => restartDelayMs(failures, limits))).toEqual([
      200, 400, 800, 25_600, 30_000, 30_000,
    ])
  })

  /** Runs that live `ranMs` each, one after the other as the delays allow. */
  function crashes(times: number, ranMs: number): InstanceRecord {
    let at = now
    let state: InstanceRecord = newRecord(spec(), undefined, at)
    for (let crash = 0; crash < times; crash++) {
      at = Math.max(at, state.nextStartAt ?? at)
      const started = decide(state, undefined, { ...moment, now: at })
      if (started.kind !== 'start') throw new Error(started.kind)
      at += ranMs
      state = saved(decide(started.record, facts({ said: { shim, main, exit: 1 } }), { ...moment, now: at }))
    }
    return state
  }

  it('is called a crash loop after five soon ends, and goes on at the longest delay', () => {
    expect(phaseOf(crashes(4, 100), now)).toBe('starting')
    const looping = crashes(5, 100)
    expect(phaseOf(looping, now)).toBe('crash-looping')
    expect((looping.nextStartAt ?? 0) - (looping.exits.at(-1)?.at ?? 0)).toBe(30_000)
    expect(phaseOf(crashes(9, 100), now)).toBe('crash-looping')
  })

  it('forgives whoever ran long enough', () => {
    const looping = crashes(5, 100)
    const recovered = { ...looping, run: { ...run, startedAt: now - 60_000 } }
    expect(phaseOf(recovered, now)).toBe('running')
    expect(phaseOf({ ...looping, run }, now)).toBe('crash-looping')
    const after = saved(decide(recovered, facts({ said: { shim, main, exit: 1 } }), { ...moment, now: now + 200_000 }))
    expect(after).toMatchObject({ failures: 1, crashLoop: false, nextStartAt: now + 200_200 })
  })

  it('remembers only the latest ends', () => {
    expect(crashes(30, 100_000).exits).toHaveLength(20)
  })

  it('has a word for every state', () => {
    const { run: _, ...idle } = record()
    expect(phaseOf(idle, now)).toBe('starting')
    expect(phaseOf(record(), now)).toBe('running')
    expect(phaseOf({ ...idle, ended: true }, now)).toBe('ended')
    expect(phaseOf(withStop(record(), now), now)).toBe('stopping')
    expect(phaseOf({ ...withStop(idle, now), stoppedAt: now }, now)).toBe('stopped')
  })
})
