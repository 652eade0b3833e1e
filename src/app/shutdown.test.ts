import { describe, expect, it } from 'vitest'
import { type Logger, silentLogger } from '../base/index.ts'
import { Shutdown } from './shutdown.ts'

describe('a shutdown', () => {
  it('closes the last opened first, once, however often it is asked', async () => {
    const closed: string[] = []
    const shutdown = new Shutdown(silentLogger)
    shutdown.add('store', () => void closed.push('store'))
    shutdown.add('server', async () => {
      await Promise.resolve()
      closed.push('server')
    })
    expect(shutdown.begun).toBe(false)
    await Promise.all([shutdown.run(), shutdown.run(), shutdown.done])
    expect(shutdown.begun).toBe(true)
    expect(closed).toEqual(['server', 'store'])
  })

  it('goes on when a part cannot be closed, and says which', async () => {
    const said: string[] = []
    const logger: Logger = { ...silentLogger, error: (message) => said.push(message) }
    const shutdown = new Shutdown(logger)
    let closed = false
    shutdown.add('the store', () => void (closed = true))
    shutdown.add('the server', () => Promise.reject(new Error('stuck')))
    await shutdown.run()
    expect(closed).toBe(true)
    expect(said).toEqual(['the server could not be closed in good order'])
  })
})
