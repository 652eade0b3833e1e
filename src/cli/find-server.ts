/** Which server a command talks to: the one that is named, else the one that runs on the data folder. */
import type { Command } from 'commander'
import { dataFolderOf, proveServer, readConnection, systemRandom } from '../app/index.ts'
import { Api } from './client/api.ts'
import { cliError } from './errors.ts'
import { loginAt, readLogins } from './kept-logins.ts'
import { pipelineToken } from './pipeline-token.ts'
import { serverAddress } from './server-address.ts'
import type { World } from './world.ts'

export type ServerOptions = { readonly data?: string; readonly url?: string; readonly insecureHttp?: boolean }

export function withServerOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder of the server (default: $HOLDFAST_DATA, else ~/.holdfast)')
    .option('--url <url>', 'address of the server; its token comes from HOLDFAST_TOKEN (default: $HOLDFAST_URL)')
    .option('--insecure-http', 'send the token over plain http also to another machine')
}

export function dataFolderIn(world: World, given: string | undefined): string {
  const { environment, workingFolder, homeFolder } = world
  return dataFolderOf({ given, environment: environment['HOLDFAST_DATA'], workingFolder, homeFolder })
}

/**
 * `inPipeline`: without HOLDFAST_TOKEN, a job of a pipeline comes by the ID token of its platform.
 * @throws HoldfastError cli.unreachable, cli.usage, cli.insecure_http
 */
export async function connect(world: World, options: ServerOptions, { inPipeline = false } = {}): Promise<Api> {
  const { HOLDFAST_URL, HOLDFAST_TOKEN } = world.environment
  const url = options.url ?? (options.data === undefined && HOLDFAST_URL !== '' ? HOLDFAST_URL : undefined)
  if (url !== undefined) {
    const repair = 'check the address, or start a server with: holdfast up'
    const address = serverAddress({ ...options, url })
    const token =
      HOLDFAST_TOKEN ?? loginAt(world, address)?.token ?? (inPipeline ? pipelineToken(world, address) : undefined)
    return new Api({ url: address, token, repair }, world.interrupted)
  }
  const folder = dataFolderIn(world, options.data)
  const repair = startCommand(options.data)
  const connection = await readConnection(folder)
  const only = connection === undefined && options.data === undefined ? onlyLogin(world) : undefined
  if (only !== undefined) {
    const token = HOLDFAST_TOKEN ?? only.token
    return new Api({ url: serverAddress({ ...options, url: only.url }), token, repair }, world.interrupted)
  }
  if (connection === undefined) {
    throw cliError('cli.unreachable', `No Holdfast runs on ${folder}`, {
      accepted: 'a running server on this folder, or its address in --url or HOLDFAST_URL',
      repair,
    })
  }
  // After a crash the file is still there, and its port may be another program's by now.
  const prove = (signal: AbortSignal): Promise<void> => proveServer(connection, systemRandom, signal)
  const token = HOLDFAST_TOKEN ?? connection.token
  return new Api({ url: connection.url, token, repair, prove }, world.interrupted)
}

/** Where no server runs here, the one that somebody logged in at; of several none, for a command says which it means. */
function onlyLogin(world: World): { readonly url: string; readonly token: string } | undefined {
  const [first, ...more] = Object.entries(readLogins(world))
  return first === undefined || more.length > 0 ? undefined : { url: first[0], token: first[1].token }
}

/** For `login` and `logout`, which come by what is kept for the server alone, if there is something. */
export async function openLoginApi(world: World, options: ServerOptions): Promise<Api> {
  const { url } = await connect(world, options)
  const token = loginAt(world, url)?.token
  return new Api({ url, token, repair: 'check the address' }, world.interrupted)
}

function startCommand(data: string | undefined): string {
  return data === undefined ? 'holdfast up' : `holdfast up --data ${data}`
}
