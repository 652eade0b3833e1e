import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import { connectionFile, readConnection, removeConnection, writeConnection } from './connection.ts'
import { dataFolderOf } from './data-folder.ts'
import { keptAnswers } from './kept-answers.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the data folder', () => {
  const places = { workingFolder: '/srv', homeFolder: '/home/mika' }

  it('is in the home folder unless somebody says otherwise', () => {
    expect(dataFolderOf({ ...places, given: undefined, environment: undefined })).toBe('/home/mika/.holdfast')
    expect(dataFolderOf({ ...places, given: undefined, environment: '' })).toBe('/home/mika/.holdfast')
    expect(dataFolderOf({ ...places, given: undefined, environment: 'here' })).toBe('/srv/here')
    expect(dataFolderOf({ ...places, given: 'there', environment: 'here' })).toBe('/srv/there')
    expect(dataFolderOf({ ...places, given: '/abs', environment: undefined })).toBe('/abs')
  })
})

describe('the connection file', () => {
  const connection = { url: 'http://127.0.0.1:7400', token: 'hf_x', key: 'k'.repeat(43), pid: 7 }

  it('is there while a server runs, for its owner only', async () => {
    expect(await readConnection(folder)).toBeUndefined()
    writeConnection(folder, connection)
    expect(await readConnection(folder)).toEqual(connection)
    expect(statSync(connectionFile(folder)).mode & 0o777).toBe(0o600)
    await removeConnection(folder, connection)
    expect(await readConnection(folder)).toBeUndefined()
  })

  it('is not taken away from the next server', async () => {
    const next = { ...connection, url: 'http://127.0.0.1:7401' }
    writeConnection(folder, next)
    await removeConnection(folder, connection)
    await removeConnection(folder, { ...next, pid: 8 })
    expect(await readConnection(folder)).toEqual(next)
  })

  it('does not pass for none when it is damaged', async () => {
    writeFileSync(connectionFile(folder), '{"url":')
    await expect(readConnection(folder)).rejects.toThrow('does not say where the server is')
  })
})

describe('kept answers', () => {
  it('are given again until their time is over, and then removed', async () => {
    const clock = new VirtualClock()
    const store = openStore({ path: ':memory:', clock, logger: silentLogger })
    try {
      const answers = keptAnswers(store, () => clock.now())
      const answer = { fingerprint: 'f', status: 201, headers: { location: '/x' }, body: '{}' }
      expect(answers.find('k')).toBeUndefined()
      await answers.keep('k', answer, clock.now() + 1000)
      expect(answers.find('k')).toEqual(answer)
      await answers.keep('k', { ...answer, status: 200 }, clock.now() + 1000)
      expect(answers.find('k')).toMatchObject({ status: 200 })
      clock.advanceBy(1000)
      expect(answers.find('k')).toBeUndefined()
      await answers.keep('other', answer, clock.now() + 1000)
      expect(store.read.all('SELECT key FROM kept_answer')).toEqual([{ key: 'other' }])
    } finally {
      await store.close()
    }
  })
})
