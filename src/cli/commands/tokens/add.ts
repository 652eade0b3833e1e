/** `tokens add`: what a program, or a person at a command line, proves itself with. */
import { Command, InvalidArgumentError } from 'commander'
import { type Grant, printGrant } from '../../../access/index.ts'
import { HoldfastError, parseDuration } from '../../../base/index.ts'
import type { MadeToken, Token } from '../../client/access-api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { gatherGrants } from '../../grants.ts'
import { printable } from '../../paint.ts'
import { labelled } from '../../print-error.ts'
import { localTime, timeOf } from '../../times.ts'

type Options = ServerOptions & {
  readonly may: readonly Grant[]
  readonly for?: number
  readonly awsKey?: true
  readonly json?: true
}

export function addTokenCommand(context: Context): Command {
  const command = new Command('add')
    .description('make a token; its secret is printed once and kept nowhere')
    .argument('<name>', 'what it is for, for the people who read the list')
    .requiredOption(
      '--may <grant>',
      'ROLE, ROLE@org/name or ROLE@org/name/config; as often as there are some',
      gatherGrants,
    )
    .option('--for <duration>', 'it opens nothing after this (default: until it is revoked)', lifetime)
    .option('--aws-key', "also a pair of keys for the aws command and AWS's SDKs")
    .option('--json', 'print token and secret as JSON')
    .action(async (name: string, options: Options) => {
      const { paint, world } = context
      const end = options.for === undefined ? {} : { expiresAt: timeOf(world.now() + options.for) }
      const api = await connect(world, options)
      const pair = options.awsKey === true ? { awsKey: true as const } : {}
      const { token, secret, awsKey } = await api.access.addToken({ name, grants: options.may, ...end, ...pair })
      const plain = { token: plainToken(token), secret, ...(awsKey === undefined ? {} : { awsKey }) }
      answer(context, options.json === true, plain, () =>
        [
          `${paint.state('done', 'made')} ${paint.bold(printable(token.name))}  ${token.id}`,
          ...labelled(
            [
              ['token', `${secret}  ${paint.dim('(told this once)')}`],
              ['may', grantsText(token)],
              ['until', token.expiresAt === undefined ? 'it is revoked' : localTime(token.expiresAt, world.timeZone)],
              ['use it', `HOLDFAST_TOKEN=${secret.slice(0, 6)}…`],
              ...(awsKey === undefined ? [] : awsLines(awsKey)),
            ],
            paint,
            Infinity,
          ),
        ].join('\n'),
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast tokens add "release bot" --may deployer@acme/shop --for 90d', 'for a pipeline, for three months'],
    ['holdfast tokens add mika --may responder', 'for a person, until it is revoked'],
  ])
}

const awsLines = ({ accessKeyId, secretAccessKey }: NonNullable<MadeToken['awsKey']>) => [
  ['AWS_ACCESS_KEY_ID', accessKeyId] as const,
  ['AWS_SECRET_ACCESS_KEY', secretAccessKey] as const,
]

export function lifetime(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    throw new InvalidArgumentError(`${error instanceof HoldfastError ? error.accepted : ''} is accepted.`)
  }
}

/** What it may, as `--may` takes it. */
export const grantsText = ({ grants, actor }: Token): string =>
  grants === undefined ? `work for ${actor.id}` : grants.map(printGrant).join(', ')

/** As the API tells it. */
export const plainToken = ({ createdAt, lastUsedAt, expiresAt, revokedAt, ...token }: Token) => ({
  ...token,
  createdAt: timeOf(createdAt),
  ...(lastUsedAt === undefined ? {} : { lastUsedAt: timeOf(lastUsedAt) }),
  ...(expiresAt === undefined ? {} : { expiresAt: timeOf(expiresAt) }),
  ...(revokedAt === undefined ? {} : { revokedAt: timeOf(revokedAt) }),
})
