import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { Crash, FakeMachine, seededChance } from '../machine/machine.fake.ts'
import { KeptLogs, type KeptOutput } from './kept.ts'

const limits = { keepRemovedLogsMs: 1000, removedLogsBytes: 20_000 }

function world() {
  const machine = new FakeMachine(new VirtualClock(), seededChance(1), () => {
    throw new Error('nothing is started here')
  })
  const open = () => {
    const kept = new KeptLogs(machine.files, '/removed', limits)
    kept.open()
    return kept
  }
  return { machine, open }
}

function output(instance: string, removedAt: number, text = 'last words\n'): KeptOutput {
  const of = { project: 'acme/shop', config: 'production', release: 'dep_1', service: 'web' }
  return { ...of, instance, removedAt, text, start: 40 }
}

describe('the output of removed instances', () => {
  it('is there for the next agent, under its place in the whole', () => {
    const { machine, open } = world()
    open().keep(output('web-1', 5))
    const next = open()
    expect(next.all).toMatchObject([{ instance: 'web-1', release: 'dep_1', removedAt: 5 }])
    expect(machine.files.read(`${next.folderOf('web-1')}/output.0000000000000040.log`)).toBe('last words\n')
  })

  it('goes when its time is over', () => {
    const { machine, open } = world()
    const kept = open()
    kept.keep(output('web-1', 0))
    kept.keep(output('web-2', 999))
    kept.prune(1000)
    expect(kept.all.map(({ instance }) => instance)).toEqual(['web-2'])
    expect(machine.files.list('/removed')).toEqual(['web-2'])
  })

  it('takes no more than it may, small ones counted as the disk counts them: the oldest goes first', () => {
    const { open } = world()
    const kept = open()
    kept.keep(output('large', 1, 'x'.repeat(10_000)))
    for (const number of [2, 3, 4]) kept.keep(output(`small-${number}`, number))
    expect(kept.all.map(({ instance }) => instance)).toEqual(['small-2', 'small-3', 'small-4'])
  })

  it('half put aside is rubbish of an agent that died', () => {
    const { machine, open } = world()
    const kept = open()
    machine.crashIn = 4
    expect(() => kept.keep(output('web-1', 0))).toThrow(Crash)
    expect(machine.files.list('/removed')).toEqual(['web-1'])
    expect(open().all).toEqual([])
    expect(machine.files.list('/removed')).toEqual([])
  })
})
