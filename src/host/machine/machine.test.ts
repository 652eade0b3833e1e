import { describe, expect, it } from 'vitest'
import { markerInCommand, parseLsof, parsePs } from './darwin.ts'
import { linuxProcesses, markerIn, parseCaught, parseListeners, parseStat } from './linux.ts'

describe('what Linux shows', () => {
  it('is read though the name of a process holds spaces and parentheses', () => {
    const text = `42 (a) b (c) S 7 42 41 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1000 25 18446744073709551615`
    expect(parseStat(text, 4096)).toEqual({
      pid: 42,
      start: '98765',
      parent: 7,
      session: 41,
      zombie: false,
      residentBytes: 25 * 4096,
    })
    expect(parseStat(text.replace(' S ', ' Z '), 4096)?.zombie).toBe(true)
    expect(parseStat('', 4096)).toBeUndefined()
    expect(parseStat('42 (cut', 4096)).toBeUndefined()
  })

  it('names the sockets that listen on a port', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11111 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 22222 1 0000 20 4 30 10 -1
   2: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 33333 1 0 100 0 0 10 0
`
    expect(parseListeners(table)).toEqual([
      { port: 8080, socket: '11111' },
      { port: 8081, socket: '33333', isLoopback6: true },
    ])
  })

  it('finds the marker in an environment', () => {
    expect(markerIn('A=1\0HOLDFAST_MARKER=h/o/t\0B=2\0')).toBe('h/o/t')
    expect(markerIn('XHOLDFAST_MARKER=h/o/t\0')).toBeUndefined()
    expect(markerIn(undefined)).toBeUndefined()
  })

  it('tells which signals a process catches', () => {
    const status = 'Name:\tnode\nSigIgn:\t0000000000001000\nSigCgt:\t0000000100004602\n'
    expect(parseCaught(status, 'SIGTERM')).toBe(true)
    expect(parseCaught(status, 'SIGINT')).toBe(true)
    expect(parseCaught(status, 'SIGHUP')).toBe(false)
    expect(parseCaught('', 'SIGTERM')).toBeUndefined()
    expect(parseCaught(undefined, 'SIGTERM')).toBeUndefined()
  })

  it.runIf(process.platform === 'linux')('knows this very process', () => {
    const machine = linuxProcesses()
    const self = machine.read(process.pid)
    expect(self).toMatchObject({ pid: process.pid, parent: process.ppid, zombie: false })
    const actual = process.memoryUsage.rss()
    expect(self?.residentBytes).toBeGreaterThan(actual / 2)
    expect(self?.residentBytes).toBeLessThan(actual * 2)
    expect(machine.list().map(({ pid }) => pid)).toContain(process.pid)
    expect(machine.boot).toMatch(/^[0-9a-f-]{36}$/)
    expect(machine.read(2 ** 22 + 1)).toBeUndefined()
    expect(machine.marker(2 ** 22 + 1)).toBeUndefined()
    expect(() => machine.signal(2 ** 22 + 1, 'SIGTERM')).not.toThrow()
  })
})

describe('what macOS shows', () => {
  it('is read from ps', () => {
    const text = `  501     1   501 Ss    2048 Tue Sep  1 10:00:00 2026
  502   501   501 Z+       0 Tue Sep  1 10:00:01 2026
nonsense
`
    expect(parsePs(text)).toEqual([
      { pid: 501, parent: 1, session: 501, start: 'Tue Sep 1 10:00:00 2026', zombie: false, residentBytes: 2_097_152 },
      { pid: 502, parent: 501, session: 501, start: 'Tue Sep 1 10:00:01 2026', zombie: true, residentBytes: 0 },
    ])
  })

  it('has the marker in the environment or as the shim’s first word', () => {
    expect(markerInCommand('node app.js PATH=/bin HOLDFAST_MARKER=h/o/t HOME=/')).toBe('h/o/t')
    expect(markerInCommand('/bin/sh /data/shim-0123456789ab.sh h/o/t - - node app.js')).toBe('h/o/t')
    expect(markerInCommand('/bin/sh other.sh h/o/t')).toBeUndefined()
    expect(markerInCommand(undefined)).toBeUndefined()
  })

  it('names listeners by lsof', () => {
    expect(parseLsof('p501\nf12\np77\n')).toEqual([501, 77])
  })
})
