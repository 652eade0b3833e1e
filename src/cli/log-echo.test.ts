import { describe, expect, it } from 'vitest'
import { echoOf } from './log-echo.ts'
import { paintFor } from './paint.ts'

const paint = paintFor({ write() {}, isTerminal: false, columns: 80, rows: 24 }, {})

describe('what the terminal of a server shows of its log', () => {
  it.each([
    ['{"level":"error","time":"t","message":"broken","error":{"message":"disk gone"}}', '✗ broken: disk gone\n'],
    [
      '{"level":"warn","message":"a task function threw","at":"/shop/order.ts:12","error":{"message":"no such sku"}}',
      '■ a task function threw: no such sku\n  at /shop/order.ts:12\n',
    ],
    [
      '{"level":"warn","procedure":"night","stateName":"Work","message":"a worker process is stuck: it is killed"}',
      '■ night / Work: a worker process is stuck: it is killed\n',
    ],
    ['{"level":"warn","procedure":"night","message":"gone"}', '■ night: gone\n'],
    ['{"level":"warn","time":"t","message":"slow"}', '■ slow\n'],
    ['{"level":"info","time":"t","message":"started"}', undefined],
    ['{"level":"warn","time":"t"}', undefined],
  ])('%s', (line, shown) => expect(echoOf(line, paint)).toBe(shown))

  it('does not let a message drive the terminal', () => {
    const line = JSON.stringify({ level: 'error', message: 'a\u001b[2Jb' })
    expect(echoOf(line, paint)).toBe('✗ a\\u001b[2Jb\n')
  })
})
