/**
 * Builds the console into dist/console when its sources, or what it is built with, have changed: `npm run console` (`-- --force`
 * builds anyway). The new files take the place of the old ones in one move, so a server that is running serves one or the other.
 */
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { firstLoad, printSizes } from './sizes.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'dist/console')
const stampFile = join(folder, 'build.json')
const sources = ['src/console/**', 'src/asl/**/*.ts', 'src/base/**/*.ts', 'scripts/console/*.ts', 'package-lock.json']

/** What it would be built from; tests and their helpers are not part of it. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const files = globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|fake|suite)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.toSorted())
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex')
}

function builtFrom(): string | undefined {
  try {
    const stamp: { readonly sources?: string } = JSON.parse(readFileSync(stampFile, 'utf8'))
    return stamp.sources
  } catch {
    // Not there, or a build that was broken off: it is built.
    return undefined
  }
}

async function buildInto(place: string): Promise<void> {
  // Whoever starts it, a test runner too: React is another one otherwise.
  process.env['NODE_ENV'] = 'production'
  // Only now: mostly there is nothing to build, and this is most of the start.
  const { build } = await import('vite')
  await build({
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: place, emptyOutDir: true },
  })
  await compressAll(place)
}

/** Beside each file, so that nothing is compressed while somebody waits. */
async function compressAll(place: string): Promise<void> {
  const files = globSync('assets/*.{js,css,svg}', { cwd: place }).map((file) => join(place, file))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
  await Promise.all(
    files.map(async (file) => {
      const text = readFileSync(file)
      const [small, smaller] = await Promise.all([
        promisify(gzip)(text, { level: 9 }),
        promisify(brotliCompress)(text, { params }),
      ])
      writeFileSync(`${file}.gz`, small)
      writeFileSync(`${file}.br`, smaller)
    }),
  )
}

const wanted = fingerprint()
if (builtFrom() !== wanted || process.argv.includes('--force')) {
  const began = performance.now()
  const fresh = join(root, `dist/console-${process.pid}`)
  const old = `${fresh}-old`
  try {
    await buildInto(fresh)
    const sizes = firstLoad(fresh)
    writeFileSync(join(fresh, 'build.json'), `${JSON.stringify({ sources: wanted, ...sizes })}\n`)
    mkdirSync(folder, { recursive: true })
    renameSync(folder, old)
    renameSync(fresh, folder)
    console.log(`The console is built in ${((performance.now() - began) / 1000).toFixed(1)} s: ${printSizes(sizes)}`)
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true })
  }
}
