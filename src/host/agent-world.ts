/** A host of its own for each test: a folder, real processes, the machine's clock. Ends what it started. */
import { randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Clock, Logger } from '../base/index.ts'
import { type HostAgent, type HostAgentOptions, openHostAgent } from './agent.ts'
import type { CommandInput, CommandKind, Failure } from './contract.ts'
import { openMachine } from './machine/open.ts'
import type { Outcomes } from './outcome.ts'

/** Real time: what is tested is real processes. Each wait is for an event or an answer, never for a time to pass. */
export const realClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  alarm(atMs, ring) {
    const timer = setTimeout(ring, Math.max(0, atMs - realClock.now()))
    return () => clearTimeout(timer)
  },
}

/** Real time, but for what is due so late that only the test can want it: that rings when the test says so. */
export function handRung(fromMs = 3_600_000): { readonly clock: Clock; ring(): void } {
  const held = new Set<() => void>()
  return {
    clock: {
      now: () => realClock.now(),
      alarm(atMs, ring) {
        if (atMs - realClock.now() < fromMs / 2) return realClock.alarm(atMs, ring)
        held.add(ring)
        return () => void held.delete(ring)
      },
    },
    ring() {
      for (const ring of [...held]) if (held.delete(ring)) ring()
    },
  }
}

export type TestHostOptions = Partial<
  Pick<HostAgentOptions, 'clock' | 'download' | 'controlGroups' | 'settings' | 'machine' | 'edge'>
> & {
  readonly folder?: string
  readonly environment?: Readonly<Record<string, string>>
}

type Asked<K extends CommandKind> = Extract<CommandInput, { readonly kind: K }>

export type TestHost = {
  readonly folder: string
  readonly lines: string[]
  readonly agent: () => HostAgent
  readonly ok: <K extends CommandKind>(command: Asked<K>) => Promise<Outcomes[K]>
  readonly failure: (command: CommandInput) => Promise<Failure>
  /** Writes an application's file and returns its folder. */
  readonly app: (name: string, text: string, folder?: string) => string
  /** Closes the agent and opens the next in the same folder. */
  readonly restart: (members?: Pick<HostAgentOptions, 'purpose'>) => Promise<void>
  readonly end: () => Promise<void>
}

export async function openTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-test-')))
  const folder = options.folder ?? join(root, 'host')
  const lines: string[] = []
  const open = (members: Pick<HostAgentOptions, 'purpose'> = {}) =>
    openHostAgent({
      ...members,
      folder,
      machine: options.machine ?? openMachine(process.platform),
      clock: options.clock ?? realClock,
      random: (length) => randomFillSync(new Uint8Array(length)),
      log: collecting(lines),
      environment: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: root, ...options.environment },
      download: options.download ?? fetch,
      settings: { ports: testPorts(), ...options.settings },
      ...(options.edge !== undefined && { edge: options.edge }),
      ...(options.controlGroups !== undefined && { controlGroups: options.controlGroups }),
    })
  let agent = await open().catch((fault: unknown) => {
    rmSync(root, { recursive: true })
    throw fault
  })
  const ask = <K extends CommandKind>(command: Asked<K>) => agent.run<K>(command)
  return {
    folder,
    lines,
    agent: () => agent,
    async ok(command) {
      const outcome = await ask(command)
      if (outcome.ok) return outcome.result
      throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`)
    },
    async failure(command) {
      const outcome = await agent.run(command)
      if (!outcome.ok) return outcome.failure
      throw new Error(`${command.kind} did not fail: ${JSON.stringify(outcome.result)}`)
    },
    app(name, text, inner = 'app') {
      mkdirSync(join(root, inner), { recursive: true })
      writeFileSync(join(root, inner, name), text)
      return join(root, inner)
    },
    async restart(members) {
      await agent.close()
      agent = await open(members)
    },
    async end() {
      await endInstances(agent)
      await agent.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

async function endInstances(agent: HostAgent): Promise<void> {
  const all = await agent.run<'listInstances'>({ kind: 'listInstances', key: `end-${realClock.now()}` })
  if (!all.ok) throw new Error(all.failure.message)
  await Promise.all(
    all.result.instances.map(({ instance }) =>
      agent.run({
        kind: 'stopInstance',
        key: `end-${instance}-${realClock.now()}`,
        instance,
        killMs: 0,
        remove: true,
        force: true,
      }),
    ),
  )
}

/** Tests run side by side in threads: each host takes ports that no other one is likely to look at. */
function testPorts(): { readonly from: number; readonly to: number } {
  const [chance = 0] = randomFillSync(new Uint16Array(1))
  const from = 20_000 + (chance % 400) * 30
  return { from, to: from + 29 }
}

function collecting(lines: string[]): Logger {
  const write =
    (level: string) =>
    (message: string, fields?: unknown): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
