/** The key that signs releases: given, or this person's own, made when it is first needed. Private keys are never printed. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HoldfastError } from '../../base/index.ts'
import type { Api } from '../client/api.ts'
import { commandLine, quoted } from '../command-line.ts'
import { cliError } from '../errors.ts'
import { dataFolderIn, type ServerOptions } from '../find-server.ts'
import type { World } from '../world.ts'

export type SigningKey = {
  readonly privatePem: string
  /** PEM. */
  readonly publicPem: string
  /** As it is registered. */
  readonly id: string
  /** Where it lies, for people; undefined for one that came in a variable. */
  readonly path: string | undefined
  /** Made by this program for this person: it may register it too. */
  readonly isOwn: boolean
}

/** `--key`, else HOLDFAST_KEY (a path, or the key itself), else this person's own. @throws HoldfastError cli.key_unreadable, deploy.key_invalid */
export async function findSigningKey(
  world: World,
  given: string | undefined,
  server: ServerOptions,
): Promise<SigningKey> {
  const named = given ?? world.environment['HOLDFAST_KEY']
  if (named !== undefined && named.includes('-----BEGIN')) return keyOf(named.replaceAll('\\n', '\n'), undefined)
  if (named !== undefined && named !== '') return keyOf(await readKey(world, named), named)
  const path = ownKeyPath(world, server)
  await makeOwnKey(path)
  return { ...(await keyOf(await readKey(world, path), path)), isOwn: true }
}

export const ownKeyPath = (world: World, { data }: ServerOptions): string =>
  join(dataFolderIn(world, data), 'keys', 'signing.pem')

async function keyOf(privatePem: string, path: string | undefined): Promise<SigningKey> {
  const { readPublicKey } = await import('../../deploy/index.ts')
  const publicPem = publicPemOf(privatePem, path)
  return { privatePem, publicPem, id: readPublicKey(publicPem).id, path, isOwn: false }
}

/** Of a private or a public key. @throws HoldfastError cli.key_unreadable */
export function publicPemOf(pem: string, path: string | undefined): string {
  try {
    const key = pem.includes('PRIVATE KEY') ? createPublicKey(createPrivateKey(pem)) : createPublicKey(pem)
    return key.export({ type: 'spki', format: 'pem' }).toString()
  } catch (cause) {
    throw cliError('cli.key_unreadable', `${path ?? 'HOLDFAST_KEY'} holds no key`, {
      accepted: 'an Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` makes one',
      cause,
    })
  }
}

/** @throws HoldfastError cli.key_unreadable */
export async function readKey(world: World, path: string): Promise<string> {
  const file = resolve(world.workingFolder, path)
  try {
    const pem = await readFile(file, 'utf8')
    if (pem.includes('PRIVATE KEY') && ((await stat(file)).mode & 0o077) !== 0 && world.platform !== 'win32')
      world.err.write(`! ${path} is readable by others on this machine; close it with: chmod 600 ${quoted(path)}\n`)
    return pem
  } catch (cause) {
    throw cliError('cli.key_unreadable', `Cannot read the key ${path}`, {
      place: path,
      repair: 'name a file that holds an Ed25519 key in PEM, or leave --key and HOLDFAST_KEY out for your own',
      cause,
    })
  }
}

/** Whole or not at all; of two that make it at once, the first one's stays. */
async function makeOwnKey(path: string): Promise<void> {
  if (await exists(path)) return
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, path)
  } catch (error) {
    if (!(await exists(path))) throw error
  } finally {
    await rm(draft, { force: true })
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * Registers this person's own key where it is unknown, if their token may. Says what was registered, or undefined when
 * nothing had to be. @throws HoldfastError cli.key_unregistered
 */
export async function registerOwnKey(world: World, api: Api, key: SigningKey): Promise<string | undefined> {
  if (!key.isOwn) return undefined
  try {
    const known = (await api.deploys.keys()).value.find(({ id }) => id === key.id)
    if (known !== undefined) return undefined
    const { value } = await api.deploys.addKey({ name: world.person, publicKey: key.publicPem })
    return `your key ${value.id} is registered as ${value.name}; it lies in ${key.path ?? ''}`
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.kind !== 'forbidden' || error.code === 'deploy.key_revoked')
      throw error
    const command = commandLine(world, `keys add ${quoted(key.path ?? 'FILE')} --name ${quoted(world.person)}`)
    throw cliError(
      'cli.key_unregistered',
      `Your key ${key.id} is not registered, and your token may not register keys`,
      {
        place: key.path,
        repair: `ask whoever may to run: ${command}`,
        cause: error,
      },
    )
  }
}
