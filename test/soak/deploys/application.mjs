/** What the soak deploys: plain Node, names its version in every answer, and is as ill as BEHAVIOUR wants it. */
import { createServer } from 'node:http'

const { BEHAVIOUR = 'good', HOLDFAST_RELEASE = 'none', PORT, VERSION = '0' } = process.env
const startedAt = Date.now()

function isHealthy() {
  if (BEHAVIOUR === 'never-healthy') return false
  // Long enough to be let in, and ill while it is watched. Whoever asks is answered all the same.
  return BEHAVIOUR !== 'fades' || Date.now() - startedAt < 1500
}

if (BEHAVIOUR === 'crash-loop') process.exit(3)
const release = BEHAVIOUR === 'wrong-release' ? 'dep_of_long_ago' : HOLDFAST_RELEASE
const headers = { 'x-release-id': release, 'x-version': VERSION }
if (PORT === undefined) setInterval(() => {}, 60_000)
else {
  const server = createServer((request, response) => {
    const status = request.url === '/healthz' && !isHealthy() ? 503 : 200
    // Some are slow, so that a drain has something to wait for.
    const slow = request.url === '/slow' ? 150 : 0
    setTimeout(() => response.writeHead(status, headers).end(`version ${VERSION}\n`), slow)
  })
  server.keepAliveTimeout = 20_000
  server.listen(Number(PORT), '127.0.0.1')
  process.on('SIGTERM', () => server.close(() => process.exit(0)))
}
