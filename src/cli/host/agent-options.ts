/** How `host` and `up --with-host` are told what the agent of this machine is to be like. */
import type { Command } from 'commander'
import { wholeNumber } from '../options.ts'

export type EdgeOptions = {
  /** False: `--no-edge`. */
  readonly edge?: boolean
  readonly edgePort?: number
  readonly edgeHost?: string
}

export const usualEdge = { host: '127.0.0.1', port: 7480 } as const

export function withEdgeOptions(command: Command): Command {
  return command
    .option('--edge-port <port>', "where this machine's edge takes requests (default: 7480; 0 takes a free one)", port)
    .option('--edge-host <address>', 'numeric address the edge listens on (default: 127.0.0.1; 0.0.0.0 for all)')
}

const port = wholeNumber(0, 65_535)

/** Undefined: none. */
export function edgeIn({ edge = true, edgePort, edgeHost }: EdgeOptions) {
  return edge ? { host: edgeHost ?? usualEdge.host, port: edgePort ?? usualEdge.port } : undefined
}
