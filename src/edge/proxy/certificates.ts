/** Certificates by the name a client asks for. Replacing them replaces all at once. */
import { createSecureContext, type SecureContext } from 'node:tls'

/** Contents, not files: a worker must be able to start while a file on disk is broken. */
export type CertificatePem = { readonly hosts: readonly string[]; readonly cert: string; readonly key: string }

type Certificate = { readonly pem: CertificatePem; readonly context: SecureContext }

export class Certificates {
  #certificates: readonly Certificate[]

  /** @throws Error of OpenSSL when certificate and key do not fit */
  constructor(pems: readonly CertificatePem[]) {
    this.#certificates = pems.map((pem) => ({ pem, context: contextOf(pem) }))
  }

  get count(): number {
    return this.#certificates.length
  }

  /** For clients that ask for no name. */
  get first(): CertificatePem | undefined {
    return this.#certificates[0]?.pem
  }

  replace(other: Certificates): void {
    this.#certificates = other.#certificates
  }

  for(name: string): SecureContext | undefined {
    const host = name.toLowerCase()
    const wildcard = `*${host.slice(host.indexOf('.'))}`
    const by = (wanted: string) => this.#certificates.find(({ pem }) => pem.hosts.includes(wanted))
    return (by(host) ?? by(wildcard) ?? this.#certificates[0])?.context
  }
}

/** @throws Error of OpenSSL when certificate and key do not fit */
export function contextOf({ cert, key }: Pick<CertificatePem, 'cert' | 'key'>): SecureContext {
  return createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
}
