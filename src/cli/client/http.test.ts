import { expect, it } from 'vitest'
import { endless, FakeApi } from '../fake-api.fake.ts'
import { Http } from './http.ts'

it('gives a stream up that has fallen silent, so that it is taken up again', async () => {
  const api = new FakeApi({ 'GET /events': endless([{ event: 'deployment', data: 1 }]) })
  const url = await api.listen()
  try {
    const http = new Http({ url, token: undefined, repair: '' }, new AbortController().signal)
    const seen: string[] = []
    const reading = (async () => {
      for await (const { data } of (await http.events({ path: '/events' }, 30)) ?? []) seen.push(data)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'cli.unreachable' })
    expect(seen).toEqual(['1'])
  } finally {
    await api.close()
  }
})
