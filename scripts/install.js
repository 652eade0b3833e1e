/**
 * Makes node_modules what package-lock.json says, and does nothing when it is already: npm's own record of what it installed
 * is compared with the lock. Plain JavaScript on an older Node, for this is what installs the rest.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findNode } from '../bin/pinned-node.js'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Exits with npm's own code and words when the installation fails. */
export function installWhenNeeded() {
  const reason = whyInstall()
  if (reason === undefined) return
  process.stdout.write(`npm ci (${reason})\n`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status, error } = spawnSync(npm, ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status === 0) return
  process.stderr.write(`npm ci failed${error === undefined ? '' : `: ${error.message}`}\n`)
  process.exit(status ?? 1)
}

function whyInstall() {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return 'nothing is installed yet'
  const locked = packagesOf(join(root, 'package-lock.json')) ?? {}
  const changed = Object.keys(locked).find((path) => path !== '' && !isAsLocked(locked[path], installed[path]))
  if (changed !== undefined) return `the lock asks for another ${changed.slice('node_modules/'.length)}`
  return findNode() === undefined ? 'the pinned Node is missing' : undefined
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Optional packages are left out by npm where they are not for this machine. */
function isAsLocked(locked, installed) {
  if (installed === undefined) return locked.optional === true
  return installed.version === locked.version && installed.integrity === locked.integrity
}
