/** Small files of the data folder that only their owner may read. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Undefined when there is no such file. */
export function readPrivate(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Never seen half written, and on the disk when this returns. */
export function writePrivate(file: string, content: string | Uint8Array): void {
  const draft = `${file}.new`
  writeFileSync(draft, content, { mode: 0o600, flush: true })
  renameSync(draft, file)
}
