import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ErrorKind, HoldfastError } from '../base/index.ts'
import { deployError, deployErrors } from './errors.ts'
import {
  DeployFailure,
  diagnose,
  type FailureClass,
  failureClasses,
  failureFrom,
  failureRules,
  haltDiagnosis,
} from './failure.ts'
import { deployMachine } from './machine/machine.ts'

describe('a failure', () => {
  it.each<[ErrorKind, FailureClass]>([
    ['invalid', 'user'],
    ['missing', 'user'],
    ['too_large', 'user'],
    ['unauthenticated', 'permission'],
    ['forbidden', 'permission'],
    ['conflict', 'consistency'],
    ['exhausted', 'quota'],
    ['unavailable', 'platform'],
    ['internal', 'platform'],
  ])('out of an error of kind %s is of class %s', (kind, failureClass) => {
    const failure = failureFrom(new HoldfastError('x.y', 'what', { kind, place: 'here', repair: 'do that' }))
    expect(failure).toMatchObject({ class: failureClass, message: 'what (x.y)', field: 'here', command: 'do that' })
  })

  it.each([[new Error('oops')], ['oops']])('out of anything else is of the platform', (thrown) => {
    expect(failureFrom(thrown)).toMatchObject({ class: 'platform', message: 'oops', name: 'PlatformError' })
  })

  it('stays what it is, and says in which call it happened', () => {
    const failure = new DeployFailure('quota', 'full', { field: 'services', command: 'ask for more' })
    expect(failureFrom(failure)).toBe(failure)
    expect(failure.in('start/web/0')).toMatchObject({ class: 'quota', callId: 'start/web/0', command: 'ask for more' })
  })

  it.each(failureClasses)('of class %s says what it means, who can mend it, and the command', (failureClass) => {
    const failure = new DeployFailure(failureClass, 'what', { callId: 'c' })
    const diagnosis = diagnose(failure, 'Start', 'dep_1')
    expect(diagnosis).toMatchObject({ class: failureClass, state: 'Start', call: 'c', what: 'what' })
    expect(diagnosis.meaning).toMatch(/\.$/)
    expect(diagnosis.command).toMatch(/holdfast (retry|logs) dep_1|holdfast deploy FILE/)
  })

  it('that is tried again has a Retry in the machine', () => {
    const retried = JSON.stringify(deployMachine.States.Start.Retry)
    for (const { reaction, errorName } of Object.values(failureRules)) {
      expect([errorName, retried.includes(errorName)]).toEqual([errorName, reaction === 'retry'])
    }
  })

  it('is not what a halt is', () => {
    expect(haltDiagnosis('enough', 'Bake', 'dep_1')).toMatchObject({ class: 'halted', command: 'holdfast retry dep_1' })
  })
})

it.each(Object.entries(deployErrors))('the error %s has its kind and repair', (code, entry) => {
  const error = deployError(code as keyof typeof deployErrors, 'what')
  expect(error).toMatchObject({ code, kind: entry.kind, message: 'what' })
})

describe('what is told to be typed', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !/\.(test|fake)\.ts$/.test(path),
  )
  const told = sources.flatMap((path) =>
    readFileSync(join(import.meta.dirname, path), 'utf8')
      .matchAll(/(?<=[:`'(] ?)holdfast ([a-z]+)/g)
      .map(([, word = '']) => word)
      .filter((word) => word !== 'release')
      .toArray(),
  )

  it('is a command that there is', () => {
    const commands = readdirSync(join(import.meta.dirname, '../cli/commands')).map((name) => name.replace('.ts', ''))
    expect(new Set(told)).toContain('rollback')
    expect([...new Set(told)].filter((word) => !commands.includes(word))).toEqual([])
  })
})
