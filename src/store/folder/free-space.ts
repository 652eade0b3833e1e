import { statfsSync } from 'node:fs'
import type { HoldfastError } from '../../base/index.ts'
import { full } from '../errors.ts'

/** Room for one large transaction and the checkpoint after it. */
const headroomMiB = 64

export function fullAt(folder: string, cause: unknown): HoldfastError {
  return full(folder, missingMiB(folder), cause)
}

function missingMiB(folder: string): number {
  try {
    const disk = statfsSync(folder)
    const freeMiB = Math.floor((disk.bavail * disk.bsize) / 2 ** 20)
    return Math.max(1, headroomMiB - freeMiB)
  } catch {
    // A disk that cannot even be asked: the general advice still holds.
    return headroomMiB
  }
}
