/** Users of the machine, by name. */
import { hostError } from './errors.ts'

export type User = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string }

export type UserSource = {
  /** The agent's own. */
  readonly self: User
  /** The text of /etc/passwd. */
  readonly readPasswd: () => string
}

/**
 * Who runs an instance; undefined when it is the agent's own user.
 * @throws HoldfastError host.user_unknown, host.user_forbidden
 */
export function findUser(name: string | undefined, { self, readPasswd }: UserSource): User | undefined {
  if (name === undefined || name === self.name) return undefined
  if (self.uid !== 0) {
    throw hostError('host.user_forbidden', `The agent runs as ${self.name} and cannot start anything as ${name}`, {
      place: 'user',
      accepted: self.name,
      repair: `leave "user" out, or run the agent as root`,
    })
  }
  const user = parsePasswd(readPasswd()).find((entry) => entry.name === name)
  if (user !== undefined) return user
  throw hostError('host.user_unknown', `This host has no user ${name}`, {
    place: 'user',
    accepted: 'a name in /etc/passwd',
    repair: `create it on the host: useradd --system ${name}`,
  })
}

export function parsePasswd(text: string): readonly User[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':')
    if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return []
    return [{ name, uid: Number(uid), gid: Number(gid), home: home === undefined || home === '' ? '/' : home }]
  })
}
