import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../base/index.ts'
import { LogFiles } from './log-files.ts'
import { createLogger } from './logger.ts'

const dayMs = 86_400_000
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('log files', () => {
  it('are one a day, and go when their time is over', () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 23, 59))
    const files = new LogFiles({ dataFolder: folder, clock, keptForMs: 2 * dayMs, onFailure: fail })
    files.write('one\n')
    clock.advanceBy(120_000)
    files.write('two\n')
    files.write('three\n')
    expect(readdirSync(join(folder, 'logs'))).toEqual(['holdfast-2026-01-01.jsonl', 'holdfast-2026-01-02.jsonl'])
    expect(readFileSync(join(folder, 'logs/holdfast-2026-01-02.jsonl'), 'utf8')).toBe('two\nthree\n')
    writeFileSync(join(folder, 'logs/notes.txt'), 'not ours')
    clock.advanceBy(3 * dayMs)
    files.write('four\n')
    expect(readdirSync(join(folder, 'logs'))).toEqual(['holdfast-2026-01-05.jsonl', 'notes.txt'])
    expect(statSync(join(folder, 'logs/holdfast-2026-01-05.jsonl')).mode & 0o777).toBe(0o600)
  })

  it('are kept for ever when their time is longer than any calendar, and come back after their folder was removed', () => {
    const clock = new VirtualClock()
    const failures: unknown[] = []
    const onFailure = (error: unknown): void => void failures.push(error)
    const files = new LogFiles({ dataFolder: folder, clock, keptForMs: 999_999_999 * dayMs, onFailure })
    files.write('one\n')
    expect(failures).toEqual([])
    rmSync(join(folder, 'logs'), { recursive: true })
    files.write('two\n')
    files.write('three\n')
    expect(failures).toHaveLength(1)
    expect(readFileSync(join(folder, 'logs/holdfast-2026-01-01.jsonl'), 'utf8')).toBe('three\n')
  })

  it('say once that they cannot be written, and never throw', () => {
    writeFileSync(join(folder, 'logs'), 'a file where the folder should be')
    const failures: unknown[] = []
    const clock = new VirtualClock()
    const files = new LogFiles({
      dataFolder: folder,
      clock,
      keptForMs: dayMs,
      onFailure: (error) => failures.push(error),
    })
    files.write('one\n')
    files.write('two\n')
    expect(failures).toHaveLength(1)
    rmSync(join(folder, 'logs'))
    files.write('three\n')
    expect(existsSync(join(folder, 'logs'))).toBe(true)
  })
})

describe('the logger', () => {
  function logged(level: 'debug' | 'warn') {
    const lines: string[] = []
    return {
      log: createLogger(level, { write: (line) => lines.push(line) }),
      lines: () => lines.map((line) => JSON.parse(line)),
    }
  }

  it('writes a line of JSON with level, time, message and fields', () => {
    const { log, lines } = logged('debug')
    log.info('started', { url: 'http://x' })
    expect(lines()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), message: 'started', url: 'http://x' },
    ])
  })

  it('leaves out what is below its level', () => {
    const { log, lines } = logged('warn')
    log.debug('a')
    log.info('b')
    log.warn('c')
    log.error('d')
    expect(lines().map(({ message }) => message)).toEqual(['c', 'd'])
  })

  it('shows errors with their stack and cause, and no secrets', () => {
    const { log, lines } = logged('debug')
    log.error('broken', {
      error: new Error('outer', { cause: new Error('inner') }),
      token: 'hf_secret',
      request: { authorization: 'Bearer x' },
    })
    expect(lines()[0]).toMatchObject({
      error: { message: 'outer: inner' },
      token: '[redacted]',
      request: { authorization: '[redacted]' },
    })
    expect(lines()[0].error.stack).toContain('log.test.ts')
  })
})

function fail(error: unknown): void {
  throw error
}
