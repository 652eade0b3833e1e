/** Reading an instance's output over its rotated pieces. */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { LogPiece } from '../outcome.ts'
import { listSegments } from './rotate.ts'
import type { Segment } from './segments.ts'

/** At most this much in one answer. */
export const mostBytes = 256 * 1024

/** From a place on; ends with a whole line when there is one. */
export function readAfter(folder: string, after: number): LogPiece {
  const segments = listSegments(folder)
  const first = segments[0]?.start ?? 0
  const end = endOf(segments)
  // A place behind the end belongs to a file that was there before this one: begin again rather than wait for ever.
  const { from, to } = unbrokenFrom(segments, after < first || after > end ? first : after)
  const bytes = readRange(folder, segments, from, Math.min(to, from + mostBytes))
  const lastBreak = bytes.lastIndexOf(0x0a)
  const whole = lastBreak < 0 || bytes.length < mostBytes ? bytes : bytes.subarray(0, lastBreak + 1)
  return { text: whole.toString('utf8'), next: from + whole.length, gap: from !== after }
}

export function readLast(folder: string, lines: number): LogPiece {
  const segments = listSegments(folder)
  const end = endOf(segments)
  const from = Math.max(segments[0]?.start ?? 0, end - mostBytes)
  const bytes = readRange(folder, segments, from, end)
  const text = bytes.toString('utf8')
  const all = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
  // A window that begins inside a line does not show the rest of it.
  const complete = from > (segments[0]?.start ?? 0) ? all.slice(1) : all
  const kept = text === '' ? '' : complete.slice(-lines).join('\n') + (text.endsWith('\n') ? '\n' : '')
  return { text: kept, next: end, gap: false }
}

/** The last bytes, from the beginning of a line on, and where the whole ends. */
export function readEnd(folder: string, most: number): { readonly text: string; readonly end: number } {
  const segments = listSegments(folder)
  const first = segments[0]?.start ?? 0
  const end = endOf(segments)
  const from = Math.max(first, end - most)
  const bytes = readRange(folder, segments, from, end)
  const cut = from === first ? 0 : bytes.indexOf(0x0a) + 1
  return { text: bytes.subarray(cut).toString('utf8'), end }
}

const endOf = (segments: readonly Segment[]): number => {
  const last = segments.at(-1)
  return last === undefined ? 0 : last.start + last.bytes
}

/** Between two pieces there may be a hole, where more was written than is kept: what is asked for there begins behind it. */
function unbrokenFrom(segments: readonly Segment[], asked: number): { readonly from: number; readonly to: number } {
  const ahead = segments.filter(({ start, bytes }) => start + bytes > asked)
  const from = Math.max(asked, ahead[0]?.start ?? asked)
  return { from, to: ahead.reduce((to, { start, bytes }) => (start <= to ? start + bytes : to), from) }
}

function readRange(folder: string, segments: readonly Segment[], from: number, to: number): Buffer {
  const pieces = segments.flatMap(({ name, start, bytes }) => {
    const begin = Math.max(from, start)
    const end = Math.min(to, start + bytes)
    return begin >= end ? [] : [readPart(join(folder, name), begin - start, end - begin)]
  })
  return Buffer.concat(pieces)
}

function readPart(path: string, at: number, length: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(file, buffer, 0, length, at))
  } finally {
    closeSync(file)
  }
}
