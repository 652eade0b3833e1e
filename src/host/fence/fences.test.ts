import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { FakeMachine, seededChance } from '../machine/machine.fake.ts'
import { Fences } from './fences.ts'

const idle = {
  livesMs: undefined,
  exitCode: 0,
  drainMs: 0,
  hearsOnce: false,
  leavesChild: false,
  childIgnoresTerm: false,
  clearsEnvironment: false,
  shimSlowMs: 0,
}

function world() {
  const { files } = new FakeMachine(new VirtualClock(), seededChance(1), () => idle)
  const open = (of = files) => {
    const fences = new Fences(of, '/host/fences')
    fences.open()
    return fences
  }
  return { files, open }
}
const fence = (term: number, scope = 'dep_1') => ({ scope, term })

describe('the term of a scope', () => {
  it('refuses every lower one, in this scope only', () => {
    const fences = world().open()
    fences.note(fence(5), 0)
    expect(() => fences.require(fence(5))).not.toThrow()
    expect(() => fences.require(fence(6))).not.toThrow()
    expect(() => fences.require(fence(1, 'dep_2'))).not.toThrow()
    expect(() => fences.require(undefined)).not.toThrow()
    expect(() => fences.require(fence(4))).toThrow(
      expect.objectContaining({ code: 'host.term_over', kind: 'conflict', accepted: '5 or more' }),
    )
  })

  it('only grows', () => {
    const fences = world().open()
    fences.note(fence(5), 0)
    fences.note(fence(3), 0)
    expect(fences.holds(fence(4))).toBe(false)
  })

  it('is known to the next agent', () => {
    const { open } = world()
    open().note(fence(5), 0)
    expect(open().holds(fence(4))).toBe(false)
    expect(open().holds(fence(5))).toBe(true)
  })

  it('counts though the disk is full, and is on it as soon as there is room', () => {
    const { files, open } = world()
    let isFull = true
    const disk = { ...files }
    disk.write = (path, text) => {
      if (isFull) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
      files.write(path, text)
    }
    const fences = open(disk)
    fences.note(fence(5), 0)
    expect(fences.holds(fence(4))).toBe(false)
    expect(open().holds(fence(4))).toBe(true)
    isFull = false
    fences.saveKept()
    expect(open().holds(fence(4))).toBe(false)
  })

  it('is forgotten when nothing of the scope is left, and long ago', () => {
    const { files, open } = world()
    const fences = open()
    fences.note(fence(5, 'old'), 10)
    fences.note(fence(5, 'standing'), 10)
    fences.note(fence(5, 'new'), 20)
    fences.prune(20, (scope) => scope === 'standing')
    expect(['old', 'standing', 'new'].map((scope) => fences.holds(fence(4, scope)))).toEqual([true, false, false])
    expect(files.list('/host/fences')).toHaveLength(2)
  })

  it('ends what takes minutes as soon as it is over', () => {
    const fences = world().open()
    const live = fence(5)
    const watch = fences.watch(live)
    fences.note(fence(5), 0)
    // Somebody repeats the call under a higher term: it is now done for them.
    live.term = 6
    fences.note(fence(6), 0)
    expect(watch.over.aborted).toBe(false)
    fences.note(fence(7), 0)
    expect(watch.over.aborted).toBe(true)
    watch.end()
  })
})
