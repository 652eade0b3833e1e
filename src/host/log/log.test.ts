import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { mostBytes, readAfter, readLast } from './read.ts'
import { finishRotation, rotateWhenFull } from './rotate.ts'
import { segmentsOf } from './segments.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder(text = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  folders.push(folder)
  writeFileSync(join(folder, 'output.log'), text)
  return folder
}

const write = (folder: string, text: string): void => appendFileSync(join(folder, 'output.log'), text)
const limit = { bytes: 10, files: 2 }

describe('the output of an application that writes faster than it is read', () => {
  const flood = `${'x'.repeat(90)}0123456789`

  it('is kept to its limit: its end, at its place in the whole', () => {
    const folder = newFolder(flood)
    expect(rotateWhenFull(folder, limit)).toBe(true)
    expect(readdirSync(folder).toSorted()).toEqual(['output.0000000000000090.log', 'output.log'])
    write(folder, 'next\n')
    expect(readAfter(folder, 0)).toEqual({ text: '0123456789next\n', next: 105, gap: true })
  })

  it('is read on behind what is not kept, which is told as a gap', () => {
    const folder = newFolder('first 6789ab\n')
    rotateWhenFull(folder, limit)
    write(folder, flood)
    rotateWhenFull(folder, limit)
    write(folder, 'next\n')
    expect(readAfter(folder, 6)).toEqual({ text: '6789ab\n', next: 13, gap: false })
    expect(readAfter(folder, 13)).toEqual({ text: '0123456789next\n', next: 118, gap: true })
    expect(readAfter(folder, 118)).toEqual({ text: '', next: 118, gap: false })
    expect(readLast(folder, 1)).toEqual({ text: '0123456789next\n', next: 118, gap: false })
  })

  it('is named as what it is when the agent died on the way, before the cut or after it', () => {
    const cut = newFolder('next\n')
    writeFileSync(join(cut, 'output.90.draft'), '0123456789')
    finishRotation(cut)
    expect(readdirSync(cut).toSorted()).toEqual(['output.0000000000000090.log', 'output.log'])
    const uncut = newFolder(`${flood}next\n`)
    writeFileSync(join(uncut, 'output.90.draft'), '01234')
    finishRotation(uncut)
    expect(readdirSync(uncut)).toEqual(['output.log'])
  })
})

describe('rotation', () => {
  it('happens beyond the limit only, and bounds what is kept', () => {
    const folder = newFolder('0123456789')
    expect(rotateWhenFull(folder, limit)).toBe(false)
    for (const text of ['a\n', 'second 90123\n', 'third 890123\n', 'fourth 90123\n']) {
      write(folder, text)
      rotateWhenFull(folder, limit)
    }
    write(folder, 'now\n')
    expect(readdirSync(folder)).toEqual(['output.0000000000000025.log', 'output.0000000000000038.log', 'output.log'])
    expect(readAfter(folder, 0)).toEqual({ text: 'third 890123\nfourth 90123\nnow\n', next: 55, gap: true })
  })

  it('is nothing where there is no output yet', () => {
    const folder = newFolder()
    rmSync(join(folder, 'output.log'))
    expect(rotateWhenFull(folder, limit)).toBe(false)
    expect(readLast(folder, 5)).toEqual({ text: '', next: 0, gap: false })
  })

  it('is finished by the next agent after the cut', () => {
    const folder = newFolder('before the crash\n')
    renameSync(join(folder, 'output.log'), join(folder, 'output.draft'))
    write(folder, 'after\n')
    finishRotation(folder)
    expect(readAfter(folder, 0).text).toBe('before the crash\nafter\n')
  })

  it('is undone by the next agent before the cut', () => {
    const folder = newFolder('before the crash\n')
    copyFileSync(join(folder, 'output.log'), join(folder, 'output.draft'))
    truncateSync(join(folder, 'output.draft'), 6)
    write(folder, 'after\n')
    finishRotation(folder)
    expect(readdirSync(folder)).toEqual(['output.log'])
    expect(readAfter(folder, 0).text).toBe('before the crash\nafter\n')
    finishRotation(folder)
  })

  it('follows no link', () => {
    const folder = newFolder()
    const victim = join(folder, 'victim')
    writeFileSync(victim, 'x'.repeat(100))
    rmSync(join(folder, 'output.log'))
    symlinkSync(victim, join(folder, 'output.log'))
    expect(() => rotateWhenFull(folder, limit)).toThrow('ELOOP')
  })
})

describe('reading', () => {
  it('goes on where it ended', () => {
    const folder = newFolder('one\n')
    const first = readAfter(folder, 0)
    expect(first).toEqual({ text: 'one\n', next: 4, gap: false })
    expect(readAfter(folder, first.next).text).toBe('')
    write(folder, 'two')
    expect(readAfter(folder, first.next)).toEqual({ text: 'two', next: 7, gap: false })
  })

  it('begins again behind a place that never was', () => {
    expect(readAfter(newFolder('one\n'), 999)).toEqual({ text: 'one\n', next: 4, gap: true })
  })

  it('gives a large output in pieces of whole lines', () => {
    const line = `${'x'.repeat(99)}\n`
    const folder = newFolder(line.repeat(5000))
    let text = ''
    for (let after = 0, pieces = 0; pieces < 2; pieces++) {
      const piece = readAfter(folder, after)
      expect(piece.text.endsWith('\n')).toBe(true)
      expect(piece.text.length).toBeLessThanOrEqual(mostBytes)
      text += piece.text
      after = piece.next
    }
    expect(text).toBe(line.repeat(5000))
  })

  it('shows the last lines, over rotated pieces, without half a line', () => {
    const folder = newFolder('one\ntwo\nthree\n')
    rotateWhenFull(folder, limit)
    write(folder, 'four\nfive')
    expect(readLast(folder, 3)).toEqual({ text: 'three\nfour\nfive', next: 23, gap: false })
    expect(readLast(newFolder(`${'x'.repeat(mostBytes)}\nlast\n`), 5).text).toBe('last\n')
  })
})

it('knows pieces by their names', () => {
  const files = [
    { name: 'output.log', bytes: 5 },
    { name: 'output.0000000000000010.log', bytes: 7 },
    { name: 'output.0000000000000000.log', bytes: 10 },
    { name: 'output.draft', bytes: 1 },
  ]
  expect(segmentsOf(files).map(({ start }) => start)).toEqual([0, 10, 17])
  expect(segmentsOf([])).toEqual([{ name: 'output.log', start: 0, bytes: 0 }])
})
