import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { endless, events, FakeApi } from '../fake-api.fake.ts'
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

it('has the server prove itself anew after a stream has ended in good order, before it is sent the token again', async () => {
  const api = new FakeApi({ 'GET /events': events([{ event: 'deployment', data: 1 }]), 'GET /a': { body: {} } })
  const url = await api.listen()
  let proofs = 0
  const prove = (): Promise<void> => (++proofs === 1 ? Promise.resolve() : Promise.reject(new Error('an impostor')))
  try {
    const http = new Http({ url, token: 'secret', repair: '', prove }, new AbortController().signal)
    await http.json({ path: '/a' })
    for await (const _ of (await http.events({ path: '/events' })) ?? []);
    expect(proofs).toBe(1)
    await expect(http.json({ path: '/a' })).rejects.toMatchObject({ code: 'cli.unreachable' })
    expect(api.asked.map(({ path }) => path)).toEqual(['/a', '/events'])
  } finally {
    await api.close()
  }
})

it('sends nothing to where an answer points to', async () => {
  const other = new FakeApi({ 'POST /a': { body: {} } })
  const elsewhere = await other.listen()
  const api = new FakeApi({
    'POST /a': (_asked: unknown) => (response: ServerResponse) =>
      void response.writeHead(307, { location: `${elsewhere}/a` }).end(),
  })
  const url = await api.listen()
  try {
    const http = new Http({ url, token: 'secret', repair: '' }, new AbortController().signal)
    await expect(http.json({ method: 'POST', path: '/a', body: '{}' })).rejects.toThrow('The server answered 307')
    expect(other.asked).toEqual([])
  } finally {
    await api.close()
    await other.close()
  }
})
