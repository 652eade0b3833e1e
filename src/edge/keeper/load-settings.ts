/** Settings with everything that lies in other files: read once by the keeper, handed to each worker. */
import { readFile } from 'node:fs/promises'
import type { CertificateFiles } from '../contract.ts'
import { edgeError, messageOf } from '../errors.ts'
import { type CertificatePem, contextOf } from '../proxy/certificates.ts'
import type { CompleteSettings } from '../routes/parse-routes.ts'

export type LoadedListener = Omit<CompleteSettings['listeners'][number], 'certificates'> & {
  readonly certificates?: readonly CertificatePem[]
}

export type LoadedSettings = Omit<CompleteSettings, 'listeners'> & { readonly listeners: readonly LoadedListener[] }

/** @throws HoldfastError edge.settings_invalid when a certificate cannot be used */
export async function loadSettings(settings: CompleteSettings): Promise<LoadedSettings> {
  const listeners = settings.listeners.map(async ({ certificates, ...listener }) =>
    certificates === undefined
      ? listener
      : { ...listener, certificates: await Promise.all(certificates.map(readCertificate)) },
  )
  return { ...settings, listeners: await Promise.all(listeners) }
}

async function readCertificate({ hosts, certFile, keyFile }: CertificateFiles): Promise<CertificatePem> {
  try {
    const pem = { hosts, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
    contextOf(pem)
    return pem
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
