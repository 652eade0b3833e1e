/** A deployment in one line, as it is now: the answer to a command that only told it something. */
import type { Api } from '../client/api.ts'
import { commandLine } from '../command-line.ts'
import { answer, type Context } from '../context.ts'
import type { ServerOptions } from '../find-server.ts'
import { printable } from '../paint.ts'
import { badge, placeWords } from './words.ts'

export type ShowOptions = { readonly server: ServerOptions; readonly json: boolean }

export async function showAsIs(context: Context, api: Api, id: string, { server, json }: ShowOptions): Promise<void> {
  const { world, paint } = context
  const { value, plain } = await api.deploys.deployment(id)
  answer(context, json, plain, () =>
    [
      `${badge(paint, value)}  ${paint.bold(printable(placeWords(value)))}  ${id}`,
      `  ${paint.dim('watch it')}  ${commandLine(world, `status ${id} --follow`, server)}`,
    ].join('\n'),
  )
}
