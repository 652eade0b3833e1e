/** `logout`: the token that `login` was given is revoked and forgotten. */
import { Command } from 'commander'
import { HoldfastError } from '../../base/index.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { openLoginApi, type ServerOptions, withServerOptions } from '../find-server.ts'
import { keepLogin, loginAt } from '../kept-logins.ts'

type Options = ServerOptions & { readonly json?: true }

export function logoutCommand(context: Context): Command {
  const command = new Command('logout')
    .description('revoke and forget the token that login was given for this server')
    .argument('[url]', 'address of the server (default: as with every command)')
    .option('--json', 'print the result as JSON')
    .action(async (url: string | undefined, options: Options) => {
      const { world, paint } = context
      const api = await openLoginApi(world, url === undefined ? options : { ...options, url })
      const kept = loginAt(world, api.url)
      // Forgotten first: also where the server does not answer, it is used no more from here.
      keepLogin(world, api.url, undefined)
      const revoked = kept === undefined ? false : await isRevoked(() => api.logins.revoke(kept.id))
      const words =
        kept === undefined
          ? `Nobody was logged in at ${api.url}`
          : `${paint.state('done', 'logged out')}  ${api.url}${revoked ? '' : '  (the server did not revoke the token: it is over by itself)'}`
      answer(context, options.json === true, { url: api.url, revoked }, () => words)
    })
  return withExamples(withServerOptions(command), [['holdfast logout', 'before the laptop is given away']])
}

async function isRevoked(act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    // It is forgotten here all the same; that the server did not hear of it is told.
    if (error instanceof HoldfastError) return false
    throw error
  }
}
