/** The agent's small files on a real disk. */
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../errors.ts'
import type { Files } from './machine.ts'

export const diskFiles: Files = {
  read(path) {
    return unlessMissing(() => {
      // An application may own the folder: a link it put here must not make us read another's file.
      const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        return readFileSync(file, 'utf8')
      } finally {
        closeSync(file)
      }
    })
  },
  write(path, text) {
    const draft = `${path}.new`
    const file = openSync(draft, 'w', 0o600)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
    syncFolder(dirname(path))
  },
  list: (folder) => unlessMissing(() => readdirSync(folder).toSorted()) ?? [],
  makeFolder(path) {
    mkdirSync(path, { recursive: true, mode: 0o711 })
  },
  move(from, to) {
    renameSync(from, to)
    syncFolder(dirname(from))
  },
  remove(path) {
    rmSync(path, { recursive: true, force: true })
  },
}

/** A name is on the disk when its folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined
    throw fault
  }
}
