/** What the agent in the foreground tells the person: one line for each thing that changes. */
import type { HostRuntimeEvent } from '../../app/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { type Context, print } from '../context.ts'
import { printable } from '../paint.ts'
import { printError } from '../print-error.ts'

export function sayEvent(context: Context, event: HostRuntimeEvent, address: () => string): void {
  const { paint, world } = context
  switch (event.kind) {
    case 'connected': {
      const name = paint.bold(printable(event.host.name))
      const zone = event.again ? '' : ` ${paint.dim(`(zone ${printable(event.host.zone)})`)}`
      const words = event.again ? 'connected again' : 'connected'
      return print(context, `${paint.state('done', words)} to ${event.url} as ${name}${zone}`)
    }
    case 'lost':
      return print(
        context,
        `${paint.state('waiting', 'no control plane')}: ${printable(event.reason)}. What runs goes on; it is tried again`,
      )
    case 'refused':
      world.err.write(printError(event.error, world))
      return print(context, `  ${paint.dim('What runs is supervised all the same. Ctrl-C ends this agent.')}`)
    case 'edge-open':
      return print(
        context,
        `${paint.state('done', 'edge')} takes requests at ${paint.bold(`http://${address()}:${event.port}`)}`,
      )
    case 'edge-failed':
      world.err.write(
        event.error instanceof HoldfastError
          ? printError(event.error, world)
          : `${paint.state('failed', `the edge does not start: ${printable(String(event.error))}`)}\n`,
      )
  }
}
