/** The text of a file that a secret points to. Whoever writes a release names it: it must not hold up the agent, nor fill its memory. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

const mostBytes = 65_536

/** @throws Error when it is no plain file, too large, or cannot be read */
export function readSecretFile(path: string): string {
  // Without waiting: a named pipe that nobody writes to would be waited for, and the agent with it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) throw new Error(`${path} is no plain file`)
    const buffer = Buffer.alloc(mostBytes + 1)
    const count = readAll(file, buffer)
    if (count > mostBytes) throw new Error(`${path} is larger than ${mostBytes} bytes`)
    return buffer.toString('utf8', 0, count)
  } finally {
    closeSync(file)
  }
}

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
