/** What the addresses of these pages hold. */
export type DeploysSearch = { readonly place?: string }
export const deployTabs = ['events', 'io', 'calls', 'logs', 'plan', 'evidence', 'audit', 'difference'] as const
export type DeployTab = (typeof deployTabs)[number]
export type DeploySearch = {
  readonly tab?: DeployTab
  /** Whose input and output is looked at. */
  readonly state?: string
  /** Of the logs. */
  readonly instance?: string
  readonly find?: string
}

type Given = Readonly<Record<string, unknown>>

export const deploysSearch = ({ place }: Given): DeploysSearch =>
  typeof place === 'string' && place !== '' ? { place } : {}

export function deploySearch(given: Given): DeploySearch {
  const tab = deployTabs.find((one) => one === given['tab'])
  const text = (key: 'state' | 'instance' | 'find') => {
    const value = given[key]
    return typeof value === 'string' && value !== '' ? { [key]: value } : {}
  }
  return { ...(tab === undefined ? {} : { tab }), ...text('state'), ...text('instance'), ...text('find') }
}
