import { expect, it } from 'vitest'
import { findUser, parsePasswd } from './user.ts'

const root = { name: 'root', uid: 0, gid: 0, home: '/root' }
const readPasswd = () => 'root:x:0:0:root:/root:/bin/bash\nweb:x:1001:1002::/srv/web:/bin/false\n# comment\nbad:x:a:b\n'

it('finds a user by name when the agent is root', () => {
  expect(findUser('web', { self: root, readPasswd })).toEqual({ name: 'web', uid: 1001, gid: 1002, home: '/srv/web' })
  expect(findUser(undefined, { self: root, readPasswd })).toBeUndefined()
  expect(findUser('root', { self: root, readPasswd })).toBeUndefined()
  expect(() => findUser('ghost', { self: root, readPasswd })).toThrow('no user ghost')
})

it('accepts nobody but itself when the agent is not root', () => {
  const self = { name: 'web', uid: 1001, gid: 1002, home: '/' }
  expect(findUser('web', { self, readPasswd })).toBeUndefined()
  expect(() => findUser('root', { self, readPasswd })).toThrow('cannot start anything as root')
})

it('reads a user without a home', () => {
  expect(parsePasswd('a:x:1:2:::')).toEqual([{ name: 'a', uid: 1, gid: 2, home: '/' }])
})
