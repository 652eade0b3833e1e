/** What the addresses of these pages hold. */
export type DeploysSearch = { readonly place?: string }
export const deployTabs = ['calls', 'evidence', 'plan', 'difference'] as const
export type DeploySearch = { readonly tab?: (typeof deployTabs)[number] }

type Given = Readonly<Record<string, unknown>>

export const deploysSearch = ({ place }: Given): DeploysSearch =>
  typeof place === 'string' && place !== '' ? { place } : {}

export const deploySearch = ({ tab }: Given): DeploySearch => {
  const found = deployTabs.find((one) => one === tab)
  return found === undefined ? {} : { tab: found }
}
