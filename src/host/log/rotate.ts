/**
 * Rotation by copying and cutting: the application holds the file open for appending and is not asked. What it writes
 * between the last byte copied and the cut, some microseconds, is lost; the alternative, a pipe, would cost a process each
 * or kill the application with its reader.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../errors.ts'
import { currentName, rotatedName, type Segment, segmentsOf, surplus } from './segments.ts'

const chunkBytes = 1 << 20

export function listSegments(folder: string): readonly Segment[] {
  const names = readdirSync(folder).filter((name) => /^output\..*log$/.test(name))
  return segmentsOf(names.map((name) => ({ name, bytes: statSync(join(folder, name)).size })))
}

/** @returns whether the current file was over the limit and is rotated */
export function rotateWhenFull(folder: string, limit: { readonly bytes: number; readonly files: number }): boolean {
  if (sizeOf(join(folder, currentName)) <= limit.bytes) return false
  const current = listSegments(folder).at(-1)
  if (current === undefined) return false
  const draft = join(folder, 'output.draft')
  moveContent(join(folder, currentName), draft)
  renameSync(draft, join(folder, rotatedName(current.start)))
  for (const name of surplus(listSegments(folder), limit.files)) rmSync(join(folder, name), { force: true })
  return true
}

/**
 * The agent may die between the cut and the new name: then the draft holds what was cut, and `finishRotation` gives it its name.
 */
export function finishRotation(folder: string): void {
  const draft = join(folder, 'output.draft')
  if (sizeOf(draft) < 0) return
  const current = listSegments(folder).at(-1)
  // A current file that begins like the draft was not cut yet: the draft is a mere copy of it.
  if (current === undefined || beginsAlike(draft, join(folder, currentName))) rmSync(draft)
  else renameSync(draft, join(folder, rotatedName(current.start)))
}

const comparedBytes = 65_536

function beginsAlike(draft: string, current: string): boolean {
  const [a, b] = [draft, current].map(firstBytes)
  return a !== undefined && b !== undefined && b.subarray(0, a.length).equals(a)
}

function firstBytes(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.alloc(comparedBytes)
    return buffer.subarray(0, readSync(file, buffer, 0, comparedBytes, 0))
  } finally {
    closeSync(file)
  }
}

function moveContent(from: string, to: string): void {
  const source = openSync(from, constants.O_RDWR | constants.O_NOFOLLOW)
  const target = openSync(to, 'w', 0o600)
  const buffer = Buffer.allocUnsafe(chunkBytes)
  try {
    for (let at = 0; ;) {
      const count = readSync(source, buffer, 0, chunkBytes, at)
      if (count > 0) writeSync(target, buffer, 0, count)
      at += count
      // Asked as late as can be: what came meanwhile is copied first.
      if (count === 0 && fstatSync(source).size <= at) break
    }
    ftruncateSync(source, 0)
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return -1
    throw fault
  }
}
