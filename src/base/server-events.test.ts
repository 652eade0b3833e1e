import { describe, expect, it } from 'vitest'
import { readEvents, type ServerEvent } from './server-events.ts'

async function read(...chunks: readonly string[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = []
  for await (const event of readEvents(chunksOf(chunks))) events.push(event)
  return events
}

async function* chunksOf(chunks: readonly string[]): AsyncIterable<string> {
  yield* chunks
}

describe('reading server-sent events', () => {
  it('gives each event with its id and name', async () => {
    expect(await read('id: 1\nevent: history\ndata: {"a":1}\n\nid: 2\nevent: end\ndata: {}\n\n')).toEqual([
      { id: '1', event: 'history', data: '{"a":1}' },
      { id: '2', event: 'end', data: '{}' },
    ])
  })

  it('does not care where the stream is cut', async () => {
    const text = 'id: 7\nevent: history\ndata: "ab"\n\n'
    for (let at = 1; at < text.length; at++) {
      expect(await read(text.slice(0, at), text.slice(at))).toEqual([{ id: '7', event: 'history', data: '"ab"' }])
    }
  })

  it('leaves out comments, empty events and an event that was cut off', async () => {
    expect(await read(': alive\n\nretry: 1000\n\ndata: x\n\ndata: half')).toEqual([
      { id: undefined, event: 'message', data: 'x' },
    ])
  })

  it('joins lines of data and bears carriage returns', async () => {
    expect(await read('data: a\r\ndata:b\r\n\r\n')).toEqual([{ id: undefined, event: 'message', data: 'a\nb' }])
  })
})
