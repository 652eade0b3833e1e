import { describe, expect, it } from 'vitest'
import { asCalled, commandLine, quoted } from './command-line.ts'
import { worldFor } from './test-world.ts'

describe('a command line to copy', () => {
  const world = { ...worldFor('/home/mika'), program: 'bin/holdfast' }

  it('calls the program as the person did, on the same server', () => {
    expect(commandLine(world, 'show order:7')).toBe('bin/holdfast show order:7')
    expect(commandLine(world, 'show order:7', { data: './my data' })).toBe(
      "bin/holdfast show order:7 --data './my data'",
    )
    expect(commandLine(world, 'down', { data: './data', url: 'http://host:1' })).toBe(
      'bin/holdfast down --url http://host:1',
    )
  })

  it('is one word of a shell, whatever a name holds', () => {
    expect(quoted('order:承認')).toBe("'order:承認'")
    expect(quoted("it's")).toBe(String.raw`'it'\''s'`)
  })

  it('replaces the name in repairs, but not in what only mentions it', () => {
    expect(asCalled(world, 'start it: holdfast up --data x')).toBe('start it: bin/holdfast up --data x')
    expect(asCalled(world, 'the same version of holdfast for both')).toBe('the same version of holdfast for both')
  })
})
