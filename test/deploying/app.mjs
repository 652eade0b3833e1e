/**
 * The application of the tests, as an artifact holds it: plain Node, and as bad as BEHAVIOUR wants it. Every answer names the
 * version, so that whoever asks through the edge sees who was let in.
 */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'

const { BEHAVIOUR = 'good', BOOT_MS = '0', HOLDFAST_RELEASE = 'none', PORT, VERSION = '0' } = process.env
const { SQUATTER, WELL_WHILE = '' } = process.env
let asked = 0

/** Whether it says that it is healthy. */
function isHealthy({ headers }) {
  if (BEHAVIOUR === 'never-healthy') return false
  // The agent asks under its name; the edge has none.
  if (BEHAVIOUR === 'ill-at-the-edge') return headers['user-agent'] === 'holdfast-health'
  if (BEHAVIOUR === 'flapping') return isWellNow(headers['user-agent'])
  return true
}

/** How often each asker was answered since it flaps. */
const turns = new Map()

/** Healthy while the file is there, then ill long enough to be seen, again and again: told by what is asked, not by the clock. */
function isWellNow(asker) {
  if (existsSync(WELL_WHILE)) return true
  const turn = (turns.get(asker) ?? 0) + 1
  turns.set(asker, turn)
  return Math.floor((turn + 20) / 25) % 2 === 0
}

if (BEHAVIOUR === 'crash-loop') {
  console.error('the configuration names no database')
  process.exit(3)
}

const server = createServer((request, response) => {
  asked += 1
  const release = BEHAVIOUR === 'wrong-release' ? 'dep_of_long_ago' : HOLDFAST_RELEASE
  const headers = { 'x-release-id': release, 'x-version': VERSION, 'content-type': 'text/plain' }
  if (request.url === '/healthz') return response.writeHead(isHealthy(request) ? 200 : 503, headers).end('healthz\n')
  if (request.url === '/silent') return undefined
  if (BEHAVIOUR === 'answers-500') return response.writeHead(500, headers).end('a bug\n')
  return response.writeHead(200, headers).end(`version ${VERSION}, request ${asked}\n`)
})
server.keepAliveTimeout = 20_000
// Somebody else has the port before this one listens: SQUATTER is an address at which somebody can be made to.
if (BEHAVIOUR === 'port-squatted') {
  await fetch(`${SQUATTER}?port=${PORT}`)
  server.on('error', ({ message }) => console.error(message))
  setInterval(() => {}, 60_000)
}
setTimeout(() => server.listen(Number(PORT), '127.0.0.1'), Number(BOOT_MS))
// One that is deaf ends when it is killed.
process.on('SIGTERM', () => (BEHAVIOUR === 'deaf' ? undefined : server.close(() => process.exit(0))))
