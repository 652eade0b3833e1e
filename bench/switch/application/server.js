/**
 * The application that is switched under load: plain JavaScript, run as it stands by any Node, under Holdfast and pm2 alike.
 * Every answer names its release, its process and when the request arrived here, so that whoever asked can judge it.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { WebSocketServer } from 'ws'

const environment = process.env
const release = environment.HOLDFAST_RELEASE ?? environment.BENCH_RELEASE ?? 'unnamed'
const fault = environment.BENCH_FAULT ?? ''
const eventEveryMs = 250
const page = 'x'.repeat(600)

/** Milliseconds of the machine's steady clock, which all processes on it share. */
const steadyMs = () => Number(process.hrtime.bigint()) / 1e6

let stopping = false
let underway = 0
const streams = new Set()
const witness = openWitness()

const server = createServer((request, response) => {
  const arrivedMs = steadyMs()
  underway++
  response.on('close', () => underway--)
  response.setHeader('x-release-id', releaseFor(request))
  response.setHeader('x-pid', process.pid)
  response.setHeader('x-arrived-ms', arrivedMs)
  if (stopping) response.setHeader('connection', 'close')
  answer(request, response)
})

function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://here')
  switch (pathname) {
    case '/health':
    case '/quick':
      return send(response, page)
    case '/slow':
      return answerSlowly(response, Number(searchParams.get('ms')), searchParams.get('head') === 'early')
    case '/digest':
      return answerDigest(request, response)
    case '/events':
      return answerEvents(response)
    default:
      response.statusCode = 404
      return send(response, 'no such page')
  }
}

function send(response, body) {
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}

/** `early`: half of the answer at once, so that a cut shows as a truncated body and not as an error of its own. */
function answerSlowly(response, ms, early) {
  response.setHeader('content-length', page.length)
  if (early) response.write(page.slice(0, 300))
  setTimeout(() => response.end(early ? page.slice(300) : page), ms)
}

function answerDigest(request, response) {
  const hash = createHash('sha256')
  request.on('data', (chunk) => hash.update(chunk))
  request.on('end', () => send(response, hash.digest('hex')))
}

function answerEvents(response) {
  response.setHeader('content-type', 'text/event-stream')
  response.setHeader('cache-control', 'no-store')
  let id = 0
  const tell = () => response.write(`id: ${++id}\ndata: ${release} ${process.pid}\n\n`)
  tell()
  const timer = setInterval(tell, eventEveryMs)
  streams.add(response)
  response.on('close', () => {
    clearInterval(timer)
    streams.delete(response)
  })
}

const sockets = new WebSocketServer({ server, path: '/socket' })
sockets.on('headers', (headers) => headers.push(`x-release-id: ${release}`, `x-pid: ${process.pid}`))
sockets.on('connection', (socket) => {
  socket.on('error', () => {}) // its close event follows
  socket.on('message', (/** @type {Buffer} */ data) => socket.send(`${data.toString()} ${release} ${process.pid}`))
})

/** The injected process that proves itself as what it is, and then answers with another release's name. */
function releaseFor(request) {
  return fault === 'wrong-release' && request.url !== '/health' ? environment.BENCH_OTHER_RELEASE : release
}

/**
 * The injected keep-alive race: connections are closed after a random short idle time, without saying so, by a process that is
 * busy just then: a request that has arrived meanwhile is thrown away with its connection.
 */
function injectKeepAliveRace() {
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => {
    let timer
    socket.on('data', () => clearTimeout(timer))
    socket.on('finished', () => {
      timer = setTimeout(() => {
        for (const until = steadyMs() + 3; steadyMs() < until;);
        socket.destroy()
      }, Math.random() * 20)
    })
  })
  server.on('request', (request, response) => response.on('finish', () => request.socket.emit('finished')))
}

function eatProcessor(threads) {
  for (let i = 0; i < threads; i++) new Worker('for (;;);', { eval: true })
}

/** Tells the benchmark that this process is there, is asked to stop, and ends by itself: whoever is killed says no goodbye. */
function openWitness() {
  const port = Number(environment.BENCH_WITNESS ?? 0)
  if (port === 0) return { say() {} }
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}) // the benchmark is over; that is no reason to stop serving
  socket.unref()
  return { say: (word, more) => socket.write(`${JSON.stringify({ word, pid: process.pid, release, ...more })}\n`) }
}

function stop() {
  if (stopping) return
  stopping = true
  witness.say('stopping', { underway })
  for (const socket of sockets.clients) socket.close(1001)
  for (const stream of streams) stream.end()
  server.close(() => {
    witness.say('goodbye', {})
    // A moment for the word to leave.
    setTimeout(() => process.exit(0), 20)
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)

if (fault === 'keep-alive-race') injectKeepAliveRace()
server.listen(Number(environment.PORT ?? 0), '127.0.0.1', () => {
  witness.say('hello', { port: server.address().port })
  process.send?.('ready')
  if (environment.BENCH_EAT_CPU !== undefined) eatProcessor(Number(environment.BENCH_EAT_CPU))
})
