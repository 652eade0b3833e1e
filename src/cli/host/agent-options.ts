/** How `host` and `up --with-host` are told what the agent of this machine is to be like. */
import { type Command, InvalidArgumentError } from 'commander'
import { isAllowEntry } from '../../outbound/index.ts'
import { wholeNumber } from '../options.ts'

export type EdgeOptions = {
  /** False: `--no-edge`. */
  readonly edge?: boolean
  readonly edgePort?: number
  readonly edgeHost?: string
  /** Where artifacts may be fetched from although it is no public address. */
  readonly artifactsFrom?: readonly string[]
}

export const usualEdge = { host: '127.0.0.1', port: 7480 } as const

export function withEdgeOptions(command: Command): Command {
  return command
    .option('--edge-port <port>', "where this machine's edge takes requests (default: 7480; 0 takes a free one)", port)
    .option('--edge-host <address>', 'numeric address the edge listens on (default: 127.0.0.1; 0.0.0.0 for all)')
    .option(
      '--artifacts-from <address>',
      'address, network or name inside your network that artifacts may be fetched from (again for each; default: public ones)',
      innerAddress,
    )
}

function innerAddress(text: string, before: readonly string[] = []): readonly string[] {
  if (isAllowEntry(text)) return [...before, text]
  throw new InvalidArgumentError('10.1.2.3, 10.1.0.0/16, files.internal or *.internal')
}

const port = wholeNumber(0, 65_535)

/** Undefined: none. */
export function edgeIn({ edge = true, edgePort, edgeHost }: EdgeOptions) {
  return edge ? { host: edgeHost ?? usualEdge.host, port: edgePort ?? usualEdge.port } : undefined
}
