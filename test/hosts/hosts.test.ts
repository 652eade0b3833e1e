import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EdgeClient } from '../../src/edge/index.ts'
import { systemClock } from '../../src/app/index.ts'
import { type Asked, ControlPlane, freePort, isAlive, Program } from './processes.ts'

const place = { project: 'acme/shop', config: 'production', release: 'dep_1' } as const
const host = 'machine'
const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: tmpdir() }
const patienceMs = 120_000

/** Answers with its process id. */
const application = `require('node:http').createServer((q, s) => s.writeHead(200, {'x-release-id': process.env.HOLDFAST_RELEASE}).end(String(process.pid))).listen(process.env.PORT, '127.0.0.1')`

let folder = ''
let edgePort = 0
let plane: ControlPlane
let agent: Program
let pid = 0
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-hosts-')))
  edgePort = await freePort()
  plane = new ControlPlane(folder)
  await plane.up
  agent = startAgent()
  await agent.says(/connected to/)
  await agent.says(/edge takes requests/)
}, patienceMs)
afterAll(async () => {
  await agent?.kill()
  const stop = new Program(['host', 'stop', '--everything', '--yes', '--data', folder], environment)
  await stop.ended
  await plane?.kill()
  rmSync(folder, { recursive: true, force: true })
}, patienceMs)

function startAgent(): Program {
  return new Program(['host', '--data', folder, '--name', host, '--edge-port', String(edgePort)], environment)
}

const edge = (): EdgeClient => new EdgeClient({ socketPath: join(folder, 'host/edge/admin.sock'), clock: systemClock })

/** The process that answers through the edge. */
async function throughTheEdge(): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${edgePort}/`)
  return answer.status === 200 ? Number(await answer.text()) : -answer.status
}

/** Resolves when the file is there. */
function appears(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, look)
    function look(): void {
      if (!existsSync(path)) return
      watcher.close()
      resolve()
    }
    look()
  })
}

describe(
  'a control plane, an agent, an edge and an instance, each a process of its own',
  { timeout: patienceMs },
  () => {
    it('work together: what the control plane says is done by the agent within milliseconds', async () => {
      const started = await plane.run<'startInstance'>(host, {
        ...{ kind: 'startInstance', ...place, service: 'web', instance: 'web-1' },
        command: [process.execPath, '-e', application],
        health: { kind: 'http', path: '/' },
      })
      const { result } = await plane.run<'checkHealth'>(host, {
        kind: 'checkHealth',
        instance: 'web-1',
        withinMs: 60_000,
      })
      expect(result).toMatchObject({ healthy: true, proof: 'release-id' })
      pid = (await plane.run<'instanceStatus'>(host, { kind: 'instanceStatus', instance: 'web-1' })).result.pid ?? 0
      await plane.run<'setRoutes'>(host, {
        ...{ kind: 'setRoutes', project: place.project, config: place.config, awaitHealthyMs: 60_000 },
        fence: { scope: 'acme/shop/production', term: 1 },
        routes: [
          {
            ...{ id: 'web', project: place.project, config: place.config, service: 'web', hosts: ['*'] },
            weights: [{ release: place.release, weight: 1 }],
            health: { path: '/' },
            targets: [
              {
                ...{ id: 'web-1', release: place.release, instance: 'web-1', state: 'active' },
                address: { host: '127.0.0.1', port: started.result.port ?? 0 },
              },
            ],
          },
        ],
      })
      expect(await throughTheEdge()).toBe(pid)
      const took: number[] = []
      for (let i = 0; i < 50; i++) {
        took.push((await plane.run<'instanceStatus'>(host, { kind: 'instanceStatus', instance: 'web-1' })).tookMs)
      }
      // One follows the other, so each would wait for the next poll, if there were polls; what is usual is told in the guide.
      expect(took.toSorted((a, b) => a - b)[5]).toBeLessThan(100)
    })

    it('the agent keeps its token to itself', () => {
      const file = join(folder, 'host/enrolment.json')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
        token: expect.stringMatching(/^hf_/),
        controlPlane: { dataFolder: folder },
      })
    })

    it('a second agent in the folder is refused, and told what to do', async () => {
      const second = startAgent()
      await second.ended
      expect(second.exitCode).toBe(3)
      expect(second.said).toContain('runs already')
    })

    it('an agent that is killed leaves instance and edge as they are, and the next one takes them over', async () => {
      await agent.kill()
      expect(await throughTheEdge()).toBe(pid)
      const waiting = plane.run<'instanceStatus'>(host, { kind: 'instanceStatus', instance: 'web-1' })
      agent = startAgent()
      expect((await waiting).result).toMatchObject({ pid, phase: 'running', restarts: 0 })
      expect(await throughTheEdge()).toBe(pid)
    })

    it('a command under way when the control plane is killed is answered to its repetition by the next one', async () => {
      // Not in the data folder: from there nothing is deployed.
      const artifact = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-artifact-')))
      writeFileSync(join(artifact, 'app.txt'), 'an artifact')
      const go = join(folder, 'go')
      const prepare = {
        kind: 'prepareArtifact',
        key: 'intent-1/1',
        ...place,
        release: 'dep_2',
        artifact: { kind: 'folder', path: artifact },
        build: {
          command: `echo once >> ${folder}/built; until [ -e ${go} ]; do sleep 0.05; done`,
          timeoutMs: patienceMs,
        },
      } as const satisfies Asked<'prepareArtifact'>
      void plane.run<'prepareArtifact'>(host, prepare)
      await appears(join(folder, 'built'))
      const heard = agent.said.length
      await plane.kill()
      expect(await throughTheEdge()).toBe(pid)
      await agent.says(/no control plane/, heard)
      plane = new ControlPlane(folder)
      await plane.up
      await agent.says(/connected again/, heard)
      const repeated = plane.run<'prepareArtifact'>(host, prepare)
      writeFileSync(go, '')
      expect((await repeated).result).toMatchObject({ workingCopy: expect.any(String), reused: false })
      expect(readFileSync(join(folder, 'built'), 'utf8')).toBe('once\n')
      expect(agent.said.slice(heard).match(/connected again/g)).toHaveLength(1)
      rmSync(artifact, { recursive: true })
    })

    it('an edge that is killed is started again by its agent, with the routes it had', async () => {
      const before = await edge().status()
      const heard = agent.said.length
      for (const { pid } of [...before.workers, before.keeper]) process.kill(pid, 'SIGKILL')
      await agent.says(/edge takes requests/, heard)
      expect((await edge().status()).keeper.pid).not.toBe(before.keeper.pid)
      expect(await throughTheEdge()).toBe(pid)
    })

    it('Ctrl-C ends the agent alone and says what stops the rest; that stops all of it, and nothing is left', async () => {
      agent.interrupt()
      await agent.ended
      expect(agent.exitCode).toBe(0)
      expect(agent.said).toMatch(/the agent has ended; instances and the edge go on running/)
      expect(agent.said).toMatch(/host stop --everything --data/)
      expect(await throughTheEdge()).toBe(pid)
      const { keeper, workers } = await edge().status()
      const stop = new Program(['host', 'stop', '--everything', '--yes', '--data', folder], environment)
      await stop.ended
      expect(stop.said).toMatch(/stopped 1 instance, the edge and the agent/)
      expect([pid, keeper.pid, ...workers.map((worker) => worker.pid)].filter(isAlive)).toEqual([])
    })

    it('the next agent brings back what was stopped with everything: until it is healthy, the edge says that nobody is there', async () => {
      agent = startAgent()
      await agent.says(/edge takes requests/)
      const answers = new Set<number>()
      await vi.waitFor(async () => {
        const answer = await throughTheEdge()
        answers.add(answer)
        expect(answer).toBeGreaterThan(0)
      }, patienceMs)
      expect([...answers].filter((answer) => answer < 0 && answer !== -503)).toEqual([])
      const now = await throughTheEdge()
      expect(now).not.toBe(pid)
      expect(isAlive(now)).toBe(true)
    })
  },
)
