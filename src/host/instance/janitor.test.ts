import { expect, it } from 'vitest'
import { orphansOf } from './janitor.ts'
import { parseMarker, printMarker } from './marker.ts'
import type { InstanceRecord } from './record.ts'
import { parseStatus } from './status.ts'

const process = (pid: number, marker: string) => ({ pid, start: '1', marker })
const recordWithRun = (token: string | undefined) =>
  ({ run: token === undefined ? undefined : { token } }) as unknown as InstanceRecord // only the token is read

it('calls an orphan what has this host’s marker and no record', () => {
  const processes = [
    process(1, 'h/web/current'),
    process(2, 'h/web/former'),
    process(3, 'h/gone/x'),
    process(4, 'g/gone/x'),
    process(5, 'h/build-1/now'),
    process(6, 'h/build-2/then'),
    process(7, 'h/damaged/x'),
    process(8, 'h/stopped/x'),
    process(9, 'nonsense'),
  ]
  const orphans = orphansOf({
    host: 'h',
    processes,
    records: new Map([
      ['web', recordWithRun('current')],
      ['stopped', recordWithRun(undefined)],
    ]),
    damaged: new Set(['damaged']),
    busy: new Set(['now']),
  })
  expect(orphans.map(({ pid }) => pid)).toEqual([2, 3, 6, 8])
})

it('reads the marker it writes, and nothing else', () => {
  const marker = { host: 'h', owner: 'web-1', token: 't' }
  expect(parseMarker(printMarker(marker))).toEqual(marker)
  for (const text of [undefined, '', 'h', 'h/o', 'h//t', '/o/t', 'h/o/', 'h/o/t/x'])
    expect(parseMarker(text)).toBeUndefined()
})

it('believes whole lines of a shim only', () => {
  expect(parseStatus('shim 12 3456\nmain 13 3457\nexit 137\n')).toEqual({
    shim: { pid: 12, start: '3456' },
    main: { pid: 13, start: '3457' },
    exit: 137,
  })
  expect(parseStatus('shim 12 3456\nmain 13 34')).toEqual({ shim: { pid: 12, start: '3456' } })
  expect(parseStatus('shim 1 Tue Sep  1 10:00:00 2026\n')).toEqual({
    shim: { pid: 1, start: 'Tue Sep 1 10:00:00 2026' },
  })
  expect(parseStatus('group refused\nshim x 1\nmain 5\nexit -1\nexit 1x\n\n')).toEqual({})
  expect(parseStatus(undefined)).toEqual({})
})
