/** What the command line asks for. */
import { parseArgs } from 'node:util'

export const faults = ['keep-alive-race', 'early-kill', 'wrong-release'] as const
export type Fault = (typeof faults)[number]
export const ways = ['holdfast', 'edge'] as const
export type Way = (typeof ways)[number]

export type Options = {
  readonly quick: boolean
  readonly json: boolean
  readonly inject: Fault | undefined
  readonly through: Way
  readonly out: string
  readonly requestsPerSecond: number
  readonly switches: number
  readonly eatenSwitches: number
  readonly peerSwitches: number
  readonly boots: number
  /** No switch begins so long after the start of this process. */
  readonly withinMs: number
  readonly seed: number
}

export const help = `npm run bench:switch -- [options]

  Switches a running application to new releases and back, again and again, under load, and counts every request that
  notices: wrong release, 5xx, reset, refused, timed out, cut short, changed. None may.

  --quick            fewer switches, within 50 s, no peer
  --json             only the last line: {"switches":…,"requests":…,"failed":…,"rollbackP99Ms":…}
  --inject FAULT     ${faults.join(', ')}: must be caught; ends with exit code 1 and its name
  --through WAY      holdfast: control plane, agent and edge by the API (default); edge: the edge alone
  --rate N           requests a second (1000)
  --switches N       deploys and rollbacks, in turns (200)
  --eaten N          the same again while the new version eats the processor (200; 0 leaves it out)
  --peer N           switches by pm2 reload, beside it (40; 0 leaves it out)
  --boots N          rounds of 10 instances all at once against their bare boot (5; 0 leaves it out)
  --seed N           of the load (1)
  --out FOLDER       figures and plots (bench/results/switch)
`

export class UsageError extends Error {}

const flags = {
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  inject: { type: 'string' },
  through: { type: 'string', default: 'holdfast' },
  rate: { type: 'string', default: '1000' },
  switches: { type: 'string' },
  eaten: { type: 'string' },
  peer: { type: 'string' },
  boots: { type: 'string' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string', default: 'bench/results/switch' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Undefined when only help is asked for. @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = valuesOf(args)
  if (values.help) return undefined
  const inject = values.inject === undefined ? undefined : oneOf('--inject', values.inject, faults)
  const isShort = values.quick || inject !== undefined
  return {
    quick: values.quick,
    json: values.json,
    inject,
    through: oneOf('--through', values.through, ways),
    out: values.out,
    requestsPerSecond: count('--rate', values.rate),
    switches: count('--switches', values.switches ?? (inject !== undefined ? '4' : '200')),
    eatenSwitches: count('--eaten', values.eaten ?? (isShort ? '0' : '200')),
    peerSwitches: count('--peer', values.peer ?? (isShort ? '0' : '40')),
    boots: count('--boots', values.boots ?? (isShort ? '0' : '5')),
    withinMs: values.quick ? 27_000 : Infinity,
    seed: count('--seed', values.seed),
  }
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function oneOf<T extends string>(flag: string, value: string, accepted: readonly T[]): T {
  const found = accepted.find((one) => one === value)
  if (found === undefined) throw new UsageError(`${flag} ${value}: one of ${accepted.join(', ')} is accepted`)
  return found
}

function count(flag: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new UsageError(`${flag} ${value}: a whole number is accepted`)
  return Number(value)
}
