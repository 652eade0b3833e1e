/** `connections add`: how an HTTP task proves who it is. The secret comes from a file, the environment or standard input. */
import { Command } from 'commander'
import type { NewConnection } from '../../client/connection-api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { cliError } from '../../errors.ts'
import { readText } from '../../files.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { keyValue } from '../../options.ts'
import { timeOf } from '../../times.ts'
import type { World } from '../../world.ts'

type Pairs = ReadonlyMap<string, string>

type Options = ServerOptions & {
  readonly host: readonly string[]
  readonly basic?: string
  readonly apiKey?: string
  readonly oauth?: string
  readonly clientId?: string
  readonly tokenParameter?: Pairs
  readonly secretFile?: string
  readonly secretEnv?: string
  readonly header?: Pairs
  readonly query?: Pairs
  readonly body?: Pairs
  readonly replace?: true
  readonly json?: true
}

export function addConnectionCommand(context: Context): Command {
  const command = new Command('add')
    .description('add a connection for HTTP tasks; its secret is read from standard input unless told, and never shown')
    .argument('<name>', 'as in connection/NAME of a ConnectionArn')
    .requiredOption('--host <host>', 'host that it may be used with, as often as there are some', gathered)
    .option('--basic <user>', 'user name and password; the secret is the password')
    .option('--api-key <header>', 'a header with a key; the secret is the key')
    .option('--oauth <endpoint>', 'client credentials; the secret is that of the client')
    .option('--client-id <id>', 'of the client, with --oauth')
    .option('--token-parameter <name=value>', 'what the OAuth endpoint wants besides, such as scope', keyValue)
    .option('--secret-file <file>', 'file with the secret')
    .option('--secret-env <name>', 'variable of this environment with the secret')
    .option('--header <name=value>', 'sent with each request, and kept as a secret too', keyValue)
    .option('--query <name=value>', 'the same in the query', keyValue)
    .option('--body <name=value>', 'the same in the body', keyValue)
    .option('--replace', 'if there is one of that name, give it these hosts and this secret')
    .option('--json', 'print the connection as JSON')
    .action((name: string, options: Options) => run(context, name, options))
  return withExamples(withServerOptions(command), [
    ['holdfast connections add shop --host api.shop.example --basic ada < password', 'for connection/shop'],
    ['holdfast connections add stock --host "*.stock.example" --api-key X-Api-Key --secret-env STOCK_KEY', 'a key'],
    ['holdfast connections add shop --host api.shop.example --basic ada --secret-file new --replace', 'another secret'],
  ])
}

const gathered = (host: string, before: readonly string[] = []): readonly string[] => [...before, host]

async function run(context: Context, name: string, options: Options): Promise<void> {
  const { world, paint } = context
  const authorization = await authorizationOf(world, options)
  const invocation = parametersOf(options)
  const api = await connect(world, options)
  const added = await api.connections.add({
    ...{ name, allowedHosts: options.host, authorization },
    ...(invocation === undefined ? {} : { invocation }),
    ...(options.replace === true ? { replace: true } : {}),
  })
  const plain = { ...added, ...(added.changedAt === undefined ? {} : { changedAt: timeOf(added.changedAt) }) }
  const hosts = added.allowedHosts.join(', ')
  answer(context, options.json === true, plain, () => `${paint.state('done', 'added')}  ${added.name}  for ${hosts}`)
}

async function authorizationOf(world: World, options: Options): Promise<NewConnection['authorization']> {
  const { basic, apiKey, oauth, clientId, tokenParameter } = options
  if ([basic, apiKey, oauth].filter((one) => one !== undefined).length !== 1) {
    throw cliError('cli.usage', 'It must be said how the connection proves itself', {
      accepted: 'one of --basic USER, --api-key HEADER, --oauth ENDPOINT',
    })
  }
  if (oauth !== undefined && clientId === undefined) {
    throw cliError('cli.usage', 'A connection with --oauth needs --client-id', { place: '--client-id' })
  }
  const secret = await secretOf(world, options)
  if (basic !== undefined) return { kind: 'basic', username: basic, password: secret }
  if (apiKey !== undefined) return { kind: 'apiKey', name: apiKey, value: secret }
  const parameters = tokenParameter === undefined ? {} : { parameters: { body: Object.fromEntries(tokenParameter) } }
  return { kind: 'oauth', endpoint: oauth ?? '', clientId: clientId ?? '', clientSecret: secret, ...parameters }
}

/** Never an argument: those are seen by everybody on the machine, and kept by the shell. */
async function secretOf(world: World, { secretFile, secretEnv }: Options): Promise<string> {
  if (secretFile !== undefined && secretEnv !== undefined) {
    throw cliError('cli.usage', 'The secret comes from one place', { accepted: '--secret-file or --secret-env' })
  }
  const given = secretEnv === undefined ? await readText(world, secretFile ?? '-') : world.environment[secretEnv]
  const secret = given?.replace(/\r?\n$/, '') ?? ''
  if (secret !== '') return secret
  const place = secretEnv ?? secretFile ?? 'standard input'
  throw cliError('cli.usage', `There is no secret in ${place}`, {
    place,
    accepted: '--secret-file FILE, --secret-env NAME, or the secret on standard input',
  })
}

function parametersOf({ header, query, body }: Options): NewConnection['invocation'] {
  if (header === undefined && query === undefined && body === undefined) return undefined
  return {
    ...(header === undefined ? {} : { headers: Object.fromEntries(header) }),
    ...(query === undefined ? {} : { query: Object.fromEntries(query) }),
    ...(body === undefined ? {} : { body: Object.fromEntries(body) }),
  }
}
