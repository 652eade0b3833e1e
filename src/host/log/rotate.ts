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

/**
 * Of a file that has grown far beyond its limit since it was looked at, only the end is kept: what is copied, and the time that
 * takes, hang on the limit and not on how fast an application writes.
 * @returns whether the current file was over the limit and is rotated
 */
export function rotateWhenFull(folder: string, limit: { readonly bytes: number; readonly files: number }): boolean {
  const size = sizeOf(join(folder, currentName))
  if (size <= limit.bytes) return false
  const current = listSegments(folder).at(-1)
  if (current === undefined) return false
  const skip = size > 2 * limit.bytes ? size - limit.bytes : 0
  const draft = join(folder, draftName(skip))
  moveContent(join(folder, currentName), draft, skip)
  renameSync(draft, join(folder, rotatedName(current.start + skip)))
  for (const name of surplus(listSegments(folder), limit.files)) rmSync(join(folder, name), { force: true })
  return true
}

/** With how much of the beginning it leaves out. */
const draftName = (skip: number): string => (skip === 0 ? 'output.draft' : `output.${skip}.draft`)
const draftForm = /^output\.(?:(\d+)\.)?draft$/

/**
 * The agent may die between the cut and the new name: then the draft holds what was cut, and `finishRotation` gives it its name.
 */
export function finishRotation(folder: string): void {
  for (const name of namesIn(folder)) {
    const form = draftForm.exec(name)
    if (form !== null) finishDraft(folder, name, Number(form[1] ?? 0))
  }
}

function finishDraft(folder: string, name: string, skip: number): void {
  const draft = join(folder, name)
  const current = listSegments(folder).at(-1)
  // A current file that holds what the draft begins with was not cut yet: the draft is a mere copy of it.
  if (current === undefined || beginsAlike(draft, join(folder, currentName), skip)) rmSync(draft)
  else renameSync(draft, join(folder, rotatedName(current.start + skip)))
}

const comparedBytes = 65_536

function beginsAlike(draft: string, current: string, skip: number): boolean {
  const [a, b] = [bytesAt(draft, 0), bytesAt(current, skip)]
  return b.subarray(0, a.length).equals(a)
}

function bytesAt(path: string, position: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.alloc(comparedBytes)
    return buffer.subarray(0, readSync(file, buffer, 0, comparedBytes, position))
  } finally {
    closeSync(file)
  }
}

/** What comes while it is copied is copied too, up to so much: who writes faster than it is copied is not chased. */
const mostChasedBytes = 4 * chunkBytes

function moveContent(from: string, to: string, skip: number): void {
  const source = openSync(from, constants.O_RDWR | constants.O_NOFOLLOW)
  const target = openSync(to, 'w', 0o600)
  const buffer = Buffer.allocUnsafe(chunkBytes)
  try {
    const enough = fstatSync(source).size + mostChasedBytes
    for (let at = skip; at < enough;) {
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

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return []
    throw fault
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
