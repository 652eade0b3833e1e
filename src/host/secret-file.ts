/** The text of a file that a secret points to. Whoever writes a release names it: it must not hold up the agent, nor fill its memory. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import type { HoldfastError } from '../base/index.ts'
import { hostError } from './errors.ts'
import { identitiesOf, isSameFile, liesIn } from './own-folders.ts'

const mostBytes = 65_536

/**
 * `own`: folders in which Holdfast keeps its tokens and keys, and of which nothing is read for a release.
 * @throws HoldfastError host.secret_forbidden; Error when it is no plain file, too large, or cannot be read
 */
export function readSecretFile(path: string, own: readonly string[] = []): string {
  // Without waiting: a named pipe that nobody writes to would be waited for, and the agent with it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) throw new Error(`${path} is no plain file`)
    refuseOwn(path, fstatSync(file, { bigint: true }), own)
    const buffer = Buffer.alloc(mostBytes + 1)
    const count = readAll(file, buffer)
    if (count > mostBytes) throw new Error(`${path} is larger than ${mostBytes} bytes`)
    return buffer.toString('utf8', 0, count)
  } finally {
    closeSync(file)
  }
}

/** What is open is judged, and not what the path leads to by now: somebody may turn a link around between two looks. */
function refuseOwn(path: string, opened: BigIntStats, own: readonly string[]): void {
  const folders = identitiesOf(own)
  if (folders.length === 0) return
  const real = realpathSync.native(path)
  if (!isSameFile(statSync(real, { bigint: true }), opened)) throw new Error(`${path} was replaced while it was read`)
  if (liesIn(folders, real)) throw secretForbidden(`${path} leads into a folder of its own`)
}

/** Whoever may deploy is not thereby whoever runs Holdfast. */
export const secretForbidden = (why: string, place?: string): HoldfastError =>
  hostError('host.secret_forbidden', `Holdfast's own tokens and keys are no secrets of a release: ${why}`, {
    ...(place === undefined ? {} : { place }),
    accepted: "a file outside of the agent's folder and of Holdfast's data folder",
    repair: 'put the secret into a file elsewhere that the agent may read, and point to that one',
  })

/** As much as there is room for: what lies in /proc and /sys tells no size. */
function readAll(file: number, buffer: Buffer): number {
  let count = 0
  while (count < buffer.length) {
    const got = readSync(file, buffer, count, buffer.length - count, null)
    if (got === 0) break
    count += got
  }
  return count
}
