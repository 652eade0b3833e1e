#!/usr/bin/env node
/**
 * Runs the CLI on the pinned Node. Started by an older Node it becomes a thin parent of the pinned one: output, signals and
 * exit code pass through.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { findPinnedNode, isNewEnough, noNodeMessage } from './pinned-node.js'

if (isNewEnough(process.versions.node)) await runHere()
else runOnPinnedNode()

async function runHere() {
  // Without it one regular expression of a user can hold the process for minutes.
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  const cache = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
  process.env.NODE_COMPILE_CACHE ??= cache // for workers and child processes
  // Not imported above: Node 20 has no such thing, and reads this file as well.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache(process.env.NODE_COMPILE_CACHE)
  await import('../src/cli/main.ts')
}

function runOnPinnedNode() {
  const node = findPinnedNode()
  if (node === undefined) {
    process.stderr.write(`${noNodeMessage()}\n`)
    process.exit(1)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    // As in bin/holdfast, which says why.
    env: { MALLOC_ARENA_MAX: '2', HOLDFAST_PROGRAM: process.argv[1], ...process.env },
  })
  // A terminal sends its signals to the child as well; what others send to this process is handed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
    process.on(signal, () => (process.stdin.isTTY && signal === 'SIGINT' ? undefined : child.kill(signal)))
  }
  child.on('error', (error) => {
    process.stderr.write(`holdfast could not start ${node}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
