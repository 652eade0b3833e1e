import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { ControlPlaneLink } from './control-plane-link.ts'

it('a link that is closed has no more commands, and says so only when its agent closes: an agent would ask again and again', async () => {
  const link = new ControlPlaneLink({
    token: 'token',
    locate: () => Promise.reject(new Error('nobody is asked')),
    version: '1',
    session: 'session',
    tell: () => {
      throw new Error('nobody is told')
    },
    clock: new VirtualClock(),
    randomBytes: (length) => new Uint8Array(length),
    logger: silentLogger,
    on: () => {},
  })
  link.close()
  const agent = new AbortController()
  let answered = false
  const commands = link.next(agent.signal).finally(() => (answered = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(false)
  agent.abort()
  expect(await commands).toEqual([])
})
