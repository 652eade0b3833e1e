/** What the address of this page holds: which list, and which of its items is looked at. */
export const accessTabs = ['tokens', 'keys', 'sessions', 'connections'] as const
export type AccessTab = (typeof accessTabs)[number]
export type AccessSearch = {
  readonly tab?: AccessTab
  readonly one?: string
  readonly all?: true
  readonly find?: string
}

export function accessSearch({ tab, one, all, find }: Readonly<Record<string, unknown>>): AccessSearch {
  const found = accessTabs.find((name) => name === tab)
  return {
    ...(found === undefined ? {} : { tab: found }),
    ...(typeof one === 'string' && one !== '' ? { one } : {}),
    ...(all === true ? { all } : {}),
    ...(typeof find === 'string' && find !== '' ? { find } : {}),
  }
}
