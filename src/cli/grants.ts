/** What somebody may do, as `--may` takes it and as tables show it. */
import { InvalidArgumentError } from 'commander'
import { type Grant, parseGrant, printGrant, roles } from '../access/index.ts'

/** For an option that may be given several times. */
export function gatherGrants(text: string, before: readonly Grant[] = []): readonly Grant[] {
  const grant = parseGrant(text)
  if (grant !== undefined) return [...before, grant]
  throw new InvalidArgumentError(`${roles.join(', ')} are accepted, alone or with @org/name or @org/name/config.`)
}

export const printGrants = (grants: readonly Grant[]): string =>
  grants.length === 0 ? 'nothing' : grants.map(printGrant).join(', ')
