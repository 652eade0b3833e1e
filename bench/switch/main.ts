/** `npm run bench:switch`: switches under load; see options.ts and README.md. Ends with 0 only when no request failed. */
import { measureBoot } from './boot.ts'
import { usualMix } from './load/mix.ts'
import { faultOptions } from './inject.ts'
import { type Fault, help, type Options, readOptions, UsageError } from './options.ts'
import { describeBoot, describeSession, lastLineOf, type Run, writeReport } from './report.ts'
import { runSession, type Session, type SessionOptions } from './session.ts'
import { EdgeSwitcher } from './switchers/edge.ts'
import { steadyMs } from './steady-clock.ts'
import { HoldfastSwitcher } from './switchers/holdfast.ts'
import { PeerMissing, Pm2Switcher } from './switchers/pm2.ts'
import { type Switcher, SwitchFailed } from './switchers/switcher.ts'
import { inWorld, type World } from './world.ts'

const startedMs = steadyMs() - process.uptime() * 1000
const instances = 3
const instancesAtOnce = 10

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (options !== undefined) return await bench(options)
    console.log(help)
    return 0
  } catch (error) {
    if (error instanceof SwitchFailed) return told(error.message, 1)
    if (error instanceof UsageError) return told(`${error.message}\n\n${help}`, 2)
    throw error
  }
}

function told(words: string, exitCode: number): number {
  console.error(words)
  return exitCode
}

async function bench(options: Options): Promise<number> {
  const say = (line: string): void => (options.json ? undefined : console.log(line))
  const run: Run = {
    main: await mainSession(options, say),
    eaten: options.eatenSwitches === 0 ? undefined : await eatenSession(options, say),
    boot: options.boots === 0 ? undefined : await bootFigures(options, say),
    ...(await peerSessions(options, say)),
  }
  const files = writeReport(options.out, run)
  say(`${options.out}/: ${files.join(', ')}`)
  console.log(JSON.stringify(lastLineOf(run)))
  return lastLineOf(run).failed === 0 ? 0 : 1
}

type Say = (line: string) => void

async function mainSession(options: Options, say: Say): Promise<Session> {
  return sessionThrough(options, say, {
    name: options.through === 'holdfast' ? 'holdfast' : 'edge alone',
    switches: options.switches,
    inject: options.inject,
  })
}

async function eatenSession(options: Options, say: Say): Promise<Session> {
  return sessionThrough(options, say, {
    name: 'the new version eats the CPU',
    switches: options.eatenSwitches,
    behaviour: { eatProcessor: 1 },
  })
}

type Chosen = Pick<SessionOptions, 'name' | 'switches' | 'behaviour' | 'onlyForward'> & {
  readonly inject?: Fault | undefined
}

async function sessionThrough(options: Options, say: Say, chosen: Chosen): Promise<Session> {
  return inWorld(async (world) => {
    const switcher = newSwitcher(options, world, instances)
    return session({ options, say, world, switcher, chosen })
  })
}

async function session(given: {
  readonly options: Options
  readonly say: Say
  readonly world: World
  readonly switcher: Switcher
  readonly chosen: Chosen
}): Promise<Session> {
  const { options, say, world, switcher, chosen } = given
  const { requestsPerSecond, seed, withinMs } = options
  try {
    await switcher.start()
    const found = await runSession({
      ...chosen,
      ...faultOptions(chosen.inject, world.witness),
      switcher,
      witness: world.witness,
      mix: { ...usualMix, requestsPerSecond },
      seed,
      untilMs: startedMs + withinMs,
      requestsBetween: requestsPerSecond,
      onProgress: (switches, requests, failed) => {
        if (switches % 20 === 0) say(`  … ${chosen.name}: ${switches} switches, ${requests} requests, ${failed} failed`)
      },
    })
    for (const line of describeSession(found)) say(line)
    return found
  } finally {
    await switcher.close()
  }
}

async function bootFigures(options: Options, say: Say) {
  return inWorld(async (world) => {
    const switcher = newSwitcher(options, world, instancesAtOnce)
    try {
      await switcher.start()
      const figures = await measureBoot(world, switcher, instancesAtOnce, options.boots)
      for (const line of describeBoot(figures)) say(line)
      return figures
    } finally {
      await switcher.close()
    }
  })
}

/** Beside it, with the same application and the same load; a peer that cannot be had is named and left out. */
async function peerSessions(options: Options, say: Say): Promise<Pick<Run, 'peers' | 'missing'>> {
  const peers: Session[] = []
  const missing: string[] = []
  for (const variant of ['as it comes', 'told to wait'] as const) {
    if (options.peerSwitches === 0) break
    const name = `pm2 reload, ${variant}`
    const chosen = { name, switches: options.peerSwitches, onlyForward: true }
    try {
      const found = await inWorld(async (world) => {
        const switcher = await Pm2Switcher.open({ ...world, instances, variant })
        return session({ options, say, world, switcher, chosen })
      })
      peers.push(found)
    } catch (error) {
      if (!(error instanceof PeerMissing)) throw error
      missing.push(error.message)
      say(`${name}: ${error.message}`)
    }
  }
  return { peers, missing }
}

function newSwitcher({ through }: Options, world: World, count: number): Switcher {
  switch (through) {
    case 'edge':
      return new EdgeSwitcher({ ...world, instances: count })
    case 'holdfast':
      return new HoldfastSwitcher({ ...world, instances: count })
  }
}
