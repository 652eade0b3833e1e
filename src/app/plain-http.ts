/** Over which addresses a token would pass machines that have no business with it. */
import { isIPv4 } from 'node:net'

/** Whether what is sent there leaves this machine unencrypted. Names are not looked up: who answers for one may change. */
export function sendsInClear(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol !== 'https:' && !isLoopback(hostname)
}

/** The parser of addresses has written them in full: `127.1` is `127.0.0.1` here. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
