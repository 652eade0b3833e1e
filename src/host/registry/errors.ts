/** What the registry says when a host cannot be reached or is not there. The codes are listed in the folder's errors.ts. */
import type { HoldfastError } from '../../base/index.ts'
import { hostError } from '../errors.ts'

export const unknownHost = (named: string): HoldfastError =>
  hostError('host.unknown', `No host "${named}" is enrolled`, {
    place: named,
    accepted: 'the name or id of a host, as holdfast hosts lists them',
    repair: 'holdfast hosts',
  })

type Absence = { readonly name: string; readonly lastSeenAt: number | undefined; readonly now: number }

export function hostAway({ name, lastSeenAt, now }: Absence): HoldfastError {
  const since =
    lastSeenAt === undefined
      ? 'has never connected'
      : `is away: it was last seen ${Math.max(0, Math.round((now - lastSeenAt) / 1000))} s ago`
  return hostError('host.away', `The agent of host "${name}" ${since}`, {
    place: name,
    repair:
      lastSeenAt === undefined
        ? 'run the line that `holdfast hosts add` printed on that machine, or `holdfast host` on the machine of the control plane'
        : `start the agent on that machine again (holdfast host, with the same --data); then: holdfast hosts`,
  })
}

export const superseded = (): HoldfastError =>
  hostError('host.superseded', 'Another agent came with the token of this host, and took over', {
    accepted: 'one agent for each enrolled host',
    repair: 'keep the newer agent and leave this one ended; a second machine is enrolled with: holdfast hosts add NAME',
  })

export const registryClosing = (): HoldfastError =>
  hostError('host.closing', 'The control plane is stopping: the command was not waited for', {
    repair: 'nothing: what is under way is repeated at the next start',
  })
