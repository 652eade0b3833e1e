/** `login`: a person says yes in the console, and this command line acts as them from then on. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { openLoginApi, type ServerOptions, withServerOptions } from '../find-server.ts'
import { keepLogin } from '../kept-logins.ts'
import { printable } from '../paint.ts'
import { printGrants } from '../grants.ts'
import { localTime, timeOf } from '../times.ts'

type Options = ServerOptions & { readonly json?: true }

const askEveryMs = 2000

export function loginCommand(context: Context): Command {
  const command = new Command('login')
    .description(
      'act as yourself: prints a link, you say yes in the console, and a token of yours is kept for this server',
    )
    .argument('[url]', 'address of the server (default: as with every command)')
    .option('--json', 'print the result as JSON')
    .action(async (url: string | undefined, options: Options) => {
      const { world, paint } = context
      const api = await openLoginApi(world, url === undefined ? options : { ...options, url })
      const { device, code, expiresAt } = await api.logins.ask(world.person)
      world.err.write(
        `Open this page, compare the code, and say yes:\n\n  ${api.url}/login?code=${code}\n\n  code  ${paint.bold(code)}\n\n`,
      )
      for (;;) {
        const taken = await api.logins.take(device)
        if (taken !== undefined) {
          const kept = { id: taken.id, token: taken.secret, person: taken.person, expiresAt: timeOf(taken.expiresAt) }
          keepLogin(world, api.url, kept)
          const plain = { url: api.url, person: taken.person, grants: taken.grants, expiresAt: kept.expiresAt }
          return answer(context, options.json === true, plain, () =>
            [
              `${paint.state('done', 'logged in')} as ${paint.bold(printable(taken.person))}  ${api.url}`,
              `may ${printGrants(taken.grants)}, until ${localTime(taken.expiresAt, world.timeZone)}`,
            ].join('\n'),
          )
        }
        if (world.now() > expiresAt || world.interrupted.aborted) {
          throw cliError('cli.not_confirmed', 'Nobody has said yes in the console', { repair: 'holdfast login' })
        }
        await world.pause(askEveryMs)
      }
    })
  return withExamples(withServerOptions(command), [
    ['holdfast login https://holdfast.acme.example', 'a token of yours, for ninety days'],
  ])
}
