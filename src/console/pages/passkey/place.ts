/** Whether a browser takes passkeys at an address, and where else it would. Pure. */

export type Place =
  | { readonly kind: 'good' }
  /** An IP address; `instead`: the same server by a name, on this machine. */
  | { readonly kind: 'address'; readonly instead: string | undefined }
  | { readonly kind: 'plain' }

/** As the browser has it. */
export type Address = { readonly hostname: string; readonly protocol: string; readonly port: string }

export function placeOf({ hostname, protocol, port }: Address): Place {
  if (hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname)) {
    const isThisMachine = hostname === '127.0.0.1' || hostname === '[::1]'
    const instead =
      isThisMachine && protocol === 'http:' ? `http://localhost${port === '' ? '' : `:${port}`}` : undefined
    return { kind: 'address', instead }
  }
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return { kind: protocol === 'https:' || isLocal ? 'good' : 'plain' }
}
