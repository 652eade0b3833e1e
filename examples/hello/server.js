/**
 * An HTTP server without dependencies, for any Node from 20 on, that does what a server needs to be deployed without a lost
 * request: it listens on $PORT, says which release it is, tells the truth about its health, and ends in good order.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

// Whatever differs between versions is in the release file; HOLDFAST_… and PORT are set by the host.
const {
  VERSION = 'unknown',
  GREETING = 'Hello',
  GREETING_FILE,
  REFRESH_MS = '3000',
  COLOUR = 'royalblue',
  HOLDFAST_RELEASE = 'none',
  HOLDFAST_INSTANCE = 'by hand',
  PORT = '8080',
} = process.env
const me = { version: VERSION, colour: COLOUR, release: HOLDFAST_RELEASE, instance: HOLDFAST_INSTANCE }
const page = readFileSync(new URL('page.html', import.meta.url))
const streams = new Set()

/** @type {{ text: string, trouble?: string }} */
let greeting = { text: GREETING }
// A new feature with a defect that no look at a freshly started process shows: see broken.yaml.
if (GREETING_FILE !== undefined) setInterval(readGreeting, Number(REFRESH_MS)).unref()

function readGreeting() {
  try {
    greeting = { text: readFileSync(GREETING_FILE, 'utf8').trim() }
  } catch (fault) {
    greeting = { ...greeting, trouble: `no greeting: ${fault.message}` }
    console.error(greeting.trouble)
  }
}

/** Each answers one path. The text is for people with curl, the page for browsers. */
const routes = {
  '/': (request, response) => {
    if (greeting.trouble !== undefined) return answer(response, 500, `${greeting.trouble}\n`)
    if (request.headers.accept?.includes('text/html')) return answer(response, 200, page, 'text/html; charset=utf-8')
    return answer(response, 200, `${greeting.text} from version ${VERSION} (${HOLDFAST_INSTANCE})\n`)
  },
  // What it needs to serve is looked at, not only whether it can answer.
  '/healthz': (_request, response) =>
    greeting.trouble === undefined
      ? answer(response, 200, 'healthy\n')
      : answer(response, 503, `${greeting.trouble}\n`),
  // For watching what happens to a request that is under way when the version changes.
  '/slow': async (_request, response) => {
    await pause(2000)
    answer(response, 200, `${greeting.text}, slowly, from version ${VERSION}\n`)
  },
  // Who is listening is told every second who is speaking. The page lives on it.
  '/events': (_request, response) => {
    response.writeHead(200, { ...headers('text/event-stream'), 'cache-control': 'no-cache' })
    // How long a browser waits until it comes again, when the stream ends.
    response.write('retry: 250\n\n')
    const tell = () => response.write(`data: ${JSON.stringify({ ...me, ...greeting })}\n\n`)
    tell()
    const timer = setInterval(tell, 1000)
    streams.add(response)
    response.on('close', () => {
      clearInterval(timer)
      streams.delete(response)
    })
  },
}

// The release is echoed with every answer: that is how the edge knows that no old process answers on this port.
const headers = (type) => ({ 'content-type': type, 'x-release-id': HOLDFAST_RELEASE })

function answer(response, status, body, type = 'text/plain; charset=utf-8') {
  response.writeHead(status, headers(type)).end(body)
}

let isEnding = false

const server = createServer((request, response) => {
  // What was under way when the end was asked for is answered; then its connection is of no more use.
  response.on('close', () => isEnding && setImmediate(() => server.closeIdleConnections()))
  const { pathname } = new URL(request.url ?? '/', 'http://hello')
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined
  if (route === undefined) return answer(response, 404, `There is nothing at ${pathname}\n`)
  return route(request, response)
})
// Longer than whoever stands in front keeps unused connections, so that none is closed while a request is on its way.
server.keepAliveTimeout = 10_000
server.listen(Number(PORT), () => console.log(`version ${VERSION} listens on port ${server.address().port}`))

// By now the edge sends no more requests. What is under way is answered; streams end, and come again elsewhere.
process.on('SIGTERM', () => {
  console.log(`version ${VERSION} is asked to end`)
  isEnding = true
  server.close(() => console.log('all is answered'))
  for (const stream of streams) stream.end()
})
