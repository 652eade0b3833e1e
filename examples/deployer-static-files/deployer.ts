/**
 * A whole deployer: sites made of files. Each release gets a copy of its folder; `current`, a symbolic link that any web server
 * can serve, is switched from one copy to the next in one system call. Signature, lock, plan, log, compensation, hooks, rollback
 * and history are the framework's.
 */
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type Call,
  call,
  type CallContext,
  commonServiceSchema,
  type Deployer,
  DeployFailure,
  type Fleet,
  type InstanceHealth,
  type Problem,
} from 'holdfast'

const artifact = z.strictObject({
  folder: z.string().min(1).describe('Holds a folder for each service'),
  sha256: z.string().describe('Digest of all of it, as `digestOf` makes it'),
})
const service = commonServiceSchema.extend({
  instances: z.literal(1).default(1).describe('A site is one set of files'),
  index: z.string().default('index.html').describe('Must be there, or the site is not healthy'),
})
type Site = z.output<typeof service>

const siteOf = (root: string, of: { readonly project: string; readonly config: string }, name: string): string =>
  join(root, of.project, of.config, name)

const copyFiles = (root: string): Call =>
  call({
    parameters: z.strictObject({ service: z.string(), folder: z.string(), sha256: z.string() }),
    async run({ service: name, folder, sha256 }, context) {
      const target = join(siteOf(root, context, name), context.fleet)
      // Taken back already: this call was on its way too long.
      if (await exists(`${target}.removed`)) throw new DeployFailure('consistency', `${target} was removed`)
      await requireDigest(folder, sha256)
      await rm(target, { recursive: true, force: true })
      await cp(join(folder, name), target, { recursive: true })
      return {}
    },
    async undo({ service: name }, _outcome, context) {
      const target = join(siteOf(root, context, name), context.fleet)
      await mkdir(siteOf(root, context, name), { recursive: true })
      await writeFile(`${target}.removed`, '')
      await rm(target, { recursive: true, force: true })
    },
  })

const point = (root: string): Call =>
  call({
    parameters: z.strictObject({ services: z.array(z.string()), before: z.string().nullable() }),
    async run({ services }, context) {
      for (const name of services) await switchLink(siteOf(root, context, name), context.fleet, context)
      return {}
    },
    async undo({ services, before }, _outcome, context) {
      for (const name of services) await switchLink(siteOf(root, context, name), before, context)
    },
  })

/** `root` is a folder of the machine that serves: below it stand `PROJECT/CONFIG/SERVICE/FLEET` and `…/current`. */
export function staticFilesDeployer(root: string): Deployer<Site> {
  return {
    kind: 'static-files',
    artifact,
    service,
    calls: { copyFiles: copyFiles(root), point: point(root) },
    survey: async (fleet) => ({ found: await exists(artifactOf(fleet).folder) }),
    check({ survey, incoming }) {
      const isThere = z.object({ found: z.boolean() }).parse(survey).found
      if (!isThere) return [problem('artifact.folder', 'there is no such folder', 'build the site')]
      if (incoming.release.strategy.kind === 'all-at-once') return []
      return [problem('strategy', 'a link cannot be shared', 'use all-at-once')]
    },
    prepare: () => [],
    start: ({ incoming }, name) => ({
      call: 'copyFiles',
      parameters: { service: name, ...artifactOf(incoming) },
      says: `copy the files of ${name}`,
      undoSays: `delete the files of ${name}`,
      creates: { kind: 'folder', name },
    }),
    shift: ({ incoming, outgoing }) => {
      const services = Object.keys(incoming.release.services)
      const parameters = { services, before: outgoing?.id ?? null }
      return [[{ id: 'point', call: 'point', parameters, says: 'switch to the new files', undoSays: 'switch back' }]]
    },
    readHealth: ({ id, release }) =>
      Promise.all(
        Object.entries(release.services).map(async ([name, { index }]): Promise<InstanceHealth> => {
          const healthy = await exists(join(siteOf(root, release, name), id, index))
          const detail = `${index} is ${healthy ? '' : 'not '}there`
          return {
            instance: `${name}/0`,
            state: healthy ? 'healthy' : 'unhealthy',
            restarts: 0,
            hopeless: !healthy,
            detail,
          }
        }),
      ),
  }
}

const problem = (field: string, what: string, command: string): Problem => ({ class: 'user', field, what, command })
const artifactOf = ({ release }: Fleet<Site>) => artifact.parse(release.artifact)

/** In one step: whoever opens a file gets the old one or the new one. */
async function switchLink(site: string, fleet: string | null, { key, term }: CallContext): Promise<void> {
  const seen = Number(await readFile(join(site, 'term'), 'utf8').catch(() => '0'))
  if (term < seen) throw new DeployFailure('consistency', `term ${term} is over: ${seen} was seen`)
  await writeFile(join(site, 'term'), String(term))
  if (fleet === null) return rm(join(site, 'current'), { force: true })
  const fresh = join(site, `${createHash('sha256').update(key).digest('hex').slice(0, 12)}.new`)
  await rm(fresh, { force: true })
  await symlink(fleet, fresh)
  await rename(fresh, join(site, 'current'))
}

async function requireDigest(folder: string, expected: string): Promise<void> {
  const found = await digestOf(folder)
  if (found === expected) return
  throw new DeployFailure('user', `the files have the digest ${found}`, {
    field: 'artifact.sha256',
    command: 'leave sha256 out of the release file, then: holdfast deploy FILE',
  })
}

/** SHA-256 over the names and contents of all files of a folder, in order. */
export async function digestOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = createHash('sha256')
  for (const file of files.toSorted())
    hash
      .update(`${file.slice(folder.length)}\0`)
      .update(await readFile(file))
      .update('\0')
  return hash.digest('hex')
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined
