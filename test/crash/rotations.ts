/** Rotations of the sealing keys, cut off by kill -9 wherever it hits: after each everything can be opened, and another one ends it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { rotateKeys } from '../../src/app/rotate-keys.ts'
import {
  admin,
  fill,
  keysInUse,
  keysOnDisk,
  lost,
  openSealedWorld,
  type SealedWorld,
} from '../../src/app/sealed-world.fake.ts'
import { systemClock, systemRandom } from '../../src/app/system-clock.ts'
import { silentLogger } from '../../src/base/index.ts'
import { openStore } from '../../src/store/index.ts'

/** The folder with its store, as a process of its own has it. */
export function openFolder(folder: string): SealedWorld {
  const store = openStore({ path: join(folder, 'holdfast.sqlite'), clock: systemClock, logger: silentLogger })
  return openSealedWorld({ folder, store, clock: systemClock, randomBytes: systemRandom })
}

/** Runs rotations in a process of its own until so many lines were seen, and so long after. Says how many lines there were. */
async function rotateUntilKilled(folder: string, lines: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'rotations.fixture.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  let seen = 0
  child.stdout.on('data', (chunk: Buffer) => {
    const before = seen
    seen += chunk.toString().split('\n').length - 1
    if (before < lines && seen >= lines) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const [, signal] = (await gone) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error('the process that rotates ended by itself')
  return seen
}

export type RotationsReport = {
  readonly kills: number
  /** Of kills, how often a rotation was left half done: more than one key on the disk. */
  readonly halfDone: number
  readonly problems: readonly string[]
}

export type RotationKills = {
  readonly folder: string
  readonly kills: number
  readonly connections: number
  readonly random: () => number
}

export async function killRotations({ folder, kills, connections, random }: RotationKills): Promise<RotationsReport> {
  mkdirSync(join(folder, 'keys'), { recursive: true })
  const first = openFolder(folder)
  const promised = await fill(first, connections)
  await first.store.close()
  const problems: string[] = []
  let [done, halfDone] = [0, 0]
  // Goes on until one has hit a rotation half done: where none has, nothing was shown.
  for (; done < kills || (halfDone === 0 && done < 10 * kills); done++) {
    await rotateUntilKilled(folder, 1 + Math.floor(random() * 30), Math.floor(random() * 4))
    const world = openFolder(folder)
    problems.push(...(await lost(world, promised)).map((problem) => `after kill ${done + 1}: ${problem}`))
    if (keysOnDisk(folder).length > 1) halfDone++
    await world.store.close()
  }
  const world = openFolder(folder)
  const { key, unreadable } = await rotateKeys({ store: world.store, clock: systemClock, keys: world.keys }, admin)
  problems.push(...(await lost(world, promised)).map((problem) => `at the end: ${problem}`))
  if (unreadable > 0) problems.push(`${unreadable} secrets are lost`)
  if (keysOnDisk(folder).join() !== key) problems.push('old keys are left on the disk')
  const others = keysInUse(world.store).filter((used) => used !== key)
  if (others.length > 0) problems.push(`something is still under ${others.join()}`)
  await world.store.close()
  return { kills: done, halfDone, problems }
}
