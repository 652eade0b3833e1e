/** Server-sent events out of a stream of text (the WHATWG format). Pure. */

export type ServerEvent = { readonly id: string | undefined; readonly event: string; readonly data: string }

export async function* readEvents(chunks: AsyncIterable<string>): AsyncIterable<ServerEvent> {
  let lines: string[] = []
  // What stands behind the last line end is half a line: it is dropped when the stream ends.
  let rest = ''
  for await (const chunk of chunks) {
    const found = (rest + chunk).split(/\r\n|\n/)
    rest = found.pop() ?? ''
    for (const line of found) {
      if (line !== '') {
        lines.push(line)
        continue
      }
      const event = eventOf(lines)
      lines = []
      if (event !== undefined) yield event
    }
  }
}

function eventOf(lines: readonly string[]): ServerEvent | undefined {
  const data: string[] = []
  let id: string | undefined
  let event = 'message'
  for (const line of lines) {
    const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
    if (field === 'id') id = value
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') }
}
