/** The address of a server as somebody named it, checked before a token is sent there. */
import { sendsInClear } from '../app/index.ts'
import { cliError } from './errors.ts'

export type NamedServer = {
  readonly url: string
  /** `--insecure-http`: they know that it is read along. */
  readonly insecureHttp?: boolean
}

/** @throws HoldfastError cli.usage, cli.insecure_http */
export function serverAddress({ url, insecureHttp = false }: NamedServer): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw cliError('cli.usage', `"${url}" is no address of a server`, {
      accepted: 'http://HOST:PORT or https://HOST:PORT',
    })
  }
  if (!insecureHttp && sendsInClear(url)) throw insecure(url)
  return url.replace(/\/+$/, '')
}

const insecure = (url: string) =>
  cliError('cli.insecure_http', `${new URL(url).origin} would be sent the token in clear, for all on the way to read`, {
    place: '--url',
    accepted: 'https://HOST:PORT, or http:// to localhost, 127.0.0.1 or [::1]',
    repair:
      'put a proxy with TLS in front of the server, or go through ssh -L 7400:127.0.0.1:7400 and name http://127.0.0.1:7400; on a network where nobody listens: --insecure-http',
  })
