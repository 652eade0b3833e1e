/** Certificates by the name a client asks for. Reading them again replaces all at once, or nothing. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { CertificateFiles } from '../contract.ts'
import { edgeError, messageOf } from '../errors.ts'

type Certificate = { readonly hosts: readonly string[]; readonly context: SecureContext; readonly pem: Pem }
type Pem = { readonly cert: Buffer; readonly key: Buffer }

export class Certificates {
  #certificates: readonly Certificate[]

  /** @throws HoldfastError edge.settings_invalid */
  constructor(files: readonly CertificateFiles[]) {
    this.#certificates = files.map(readCertificate)
  }

  get count(): number {
    return this.#certificates.length
  }

  /** For clients that ask for no name. */
  get first(): Pem | undefined {
    return this.#certificates[0]?.pem
  }

  replace(other: Certificates): void {
    this.#certificates = other.#certificates
  }

  for(name: string): SecureContext | undefined {
    const host = name.toLowerCase()
    const wildcard = `*${host.slice(host.indexOf('.'))}`
    const by = (wanted: string) => this.#certificates.find(({ hosts }) => hosts.includes(wanted))
    return (by(host) ?? by(wildcard) ?? this.#certificates[0])?.context
  }
}

function readCertificate({ hosts, certFile, keyFile }: CertificateFiles): Certificate {
  try {
    const pem = { cert: readFileSync(certFile), key: readFileSync(keyFile) }
    const context = createSecureContext({ ...pem, minVersion: 'TLSv1.2' })
    return { hosts, context, pem: { ...pem } }
  } catch (cause) {
    throw edgeError(
      'edge.settings_invalid',
      `The certificate for ${hosts.join(', ')} cannot be used: ${messageOf(cause)}`,
      {
        place: certFile,
        accepted: 'a certificate chain and its private key, both PEM',
        repair: 'mend the files and reload; until then the old certificate is shown',
        cause,
      },
    )
  }
}

/** When a certificate ends, for who must renew it. */
export function expiryOf(pem: Buffer): number {
  return Date.parse(new X509Certificate(pem).validTo)
}
