/** Runs the development tools on the pinned Node, whichever Node started us. */
import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { findNode, noNodeMessage } from '../bin/pinned-node.js'
import { root } from './install.js'

const entries = {
  tsc: 'typescript/bin/tsc',
  oxlint: 'oxlint/bin/oxlint',
  oxfmt: 'oxfmt/bin/oxfmt',
  vitest: 'vitest/vitest.mjs',
}

/**
 * Resolves to the exit code and, with `capture`, to what the tool printed; otherwise it prints to our own output.
 * Its environment is ours, with the pinned Node as `node`.
 */
export function runTool(name, args, options = {}) {
  return runNode(name, [join(root, 'node_modules', entries[name]), ...args], options)
}

/** A script of ours, with what it prints. */
export const runScript = (file, args = []) => runNode(file, [join(root, file), ...args], { capture: true })

function runNode(name, args, { capture = false }) {
  return new Promise((resolve) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    const child = spawn(nodePath(), args, { cwd: root, env: toolEnvironment(), stdio })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: `${name} did not start: ${error.message}` }))
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal === null ? output : `${output}\n${signal}` }),
    )
  })
}

export function nodePath() {
  const node = findNode()
  if (node !== undefined) return node
  process.stderr.write(`${noNodeMessage()}\n`)
  process.exit(1)
}

function toolEnvironment() {
  return {
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
    ...process.env,
    PATH: `${dirname(nodePath())}${delimiter}${process.env.PATH}`,
  }
}
