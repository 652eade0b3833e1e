import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentStatus } from '../../src/app/index.ts'
import { Program } from './processes.ts'

const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: tmpdir() }
const patienceMs = 120_000

let folder = ''
let stranger: Server
let port = 0
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-port-')))
  stranger = createServer((_, answer) => answer.end('somebody else'))
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  port = (stranger.address() as AddressInfo).port
})
afterAll(() => {
  stranger.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('holdfast up --with-host, where somebody has the port of the edge', () => {
  it(
    'says which port, which process and what to do, and leaves nothing running',
    async () => {
      const words = ['up', '--with-host', '--data', folder, '--port', '0', '--edge-port', String(port)]
      const up = new Program(words, environment)
      await up.ended
      expect(up.said).toContain(
        [
          `✗ The edge cannot listen on 127.0.0.1, port ${port}: process ${process.pid} listens there`,
          `  repair    choose another port with --edge-port, or stop process ${process.pid}`,
          '  code      edge.port_taken',
          '',
        ].join('\n'),
      )
      expect(up.said).not.toContain('is up')
      expect(up.exitCode).not.toBe(0)
      expect(existsSync(join(folder, 'host'))).toBe(true)
      expect(await agentStatus(join(folder, 'host'))).toBeUndefined()
    },
    patienceMs,
  )
})
