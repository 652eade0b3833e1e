/** What the address of this page holds: people, groups or roles, and which of them is looked at. */
export const peopleTabs = ['people', 'groups', 'roles'] as const
export type PeopleTab = (typeof peopleTabs)[number]
export type PeopleSearch = { readonly tab?: PeopleTab; readonly one?: string; readonly find?: string }

export function peopleSearch({ tab, one, find }: Readonly<Record<string, unknown>>): PeopleSearch {
  const found = peopleTabs.find((name) => name === tab)
  return {
    ...(found === undefined ? {} : { tab: found }),
    ...(typeof one === 'string' && one !== '' ? { one } : {}),
    ...(typeof find === 'string' && find !== '' ? { find } : {}),
  }
}
