/** What the address of the list holds: what somebody looks for. */
export type HostsSearch = { readonly find?: string }

export const hostsSearch = ({ find }: Readonly<Record<string, unknown>>): HostsSearch =>
  typeof find === 'string' && find !== '' ? { find } : {}

/** What the address of a host's page holds: whether somebody is about to do something with it. */
export const hostActs = ['drain', 'remove'] as const
export type HostSearch = { readonly act?: (typeof hostActs)[number] }

export function hostSearch({ act }: Readonly<Record<string, unknown>>): HostSearch {
  const found = hostActs.find((one) => one === act)
  return found === undefined ? {} : { act: found }
}
