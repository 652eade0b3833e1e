import { afterEach, describe, expect, it } from 'vitest'
import type { News } from '../../audit/index.ts'
import { openWorld, type World } from '../fake-world.ts'

let world: World
afterEach(() => world.server.close())

const news = (through: number, id: string): News => ({
  through,
  all: false,
  actions: ['execution.start'],
  subjects: [{ type: 'execution', id }],
})

/** What a reader is sent until it hangs up, told when it listens. */
async function read(headers: Record<string, string>, tell: (say: (one: News) => void) => void, enough: string) {
  const gone = new AbortController()
  let heard = ''
  let listening = 0
  world = await openWorld(
    {},
    {
      news: {
        through: 7,
        listen: (listener) => {
          listening++
          queueMicrotask(() => tell(listener))
          return () => listening--
        },
      },
    },
  )
  const onData = (text: string): void => {
    heard += text
    if (heard.includes(enough)) gone.abort()
  }
  await world.call({ path: '/v1/trail/changes', headers, onData, signal: gone.signal }).catch(() => undefined)
  await expect.poll(() => listening).toBe(0)
  return heard
}

describe('the changes of the trail, live', () => {
  it('are events whose id is the last record they tell of; what comes at once is told together', async () => {
    const heard = await read(
      {},
      (say) => {
        say(news(8, 'a'))
        say(news(9, 'b'))
      },
      'id: 9',
    )
    const [, data = ''] = /id: 9\nevent: changes\ndata: (.*)\n/.exec(heard) ?? []
    expect(JSON.parse(data).subjects).toContainEqual({ type: 'execution', id: 'b' })
  })

  it('begin with the word to read anew for whoever has missed some', async () => {
    const heard = await read({ 'last-event-id': '5' }, () => {}, '"all":true')
    expect(heard).toContain('id: 7\nevent: changes\ndata: {"through":7,"all":true')
  })

  it('do not say so to whoever has missed none', async () => {
    const heard = await read({ 'last-event-id': '7' }, (say) => say(news(8, 'a')), 'id: 8')
    expect(heard).not.toContain('"all":true')
  })
})
