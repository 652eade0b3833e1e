/** Reads one event stream many times over and counts what comes: `watchers-reader.ts PORT PATH COUNT TOKEN`. */
import { get } from 'node:http'

const [, , port = '', path = '', count = '', token = ''] = process.argv
let [events, bytes, told] = [0, 0, 0]
let moreThan: number | undefined
const agent = false

for (let n = 0; n < Number(count); n++) {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const request = get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`)
    let isTold = false
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      for (let at = chunk.indexOf('\ndata: '); at >= 0; at = chunk.indexOf('\ndata: ', at + 1)) events++
      if (moreThan !== undefined && events > moreThan) {
        moreThan = undefined
        process.send?.({ events, bytes })
      }
      if (isTold) return
      isTold = true
      if (++told === Number(count)) process.send?.({ events, bytes })
    })
  })
  request.on('error', (error) => {
    throw error
  })
}

process.on('message', (question) => {
  if (question === 'more') moreThan = events
  else process.send?.({ events, bytes })
})
