/**
 * The half of the session that the page keeps. Storage belongs to this origin, port included; the cookie, which holds the other
 * half, is sent to every port of the host.
 */
export interface SessionKey {
  read(): string | undefined
  write(key: string | undefined): void
}

const name = 'holdfast.session'

export const storedSessionKey: SessionKey = {
  read: () => localStorage.getItem(name) ?? undefined,
  write(key) {
    if (key === undefined) localStorage.removeItem(name)
    else localStorage.setItem(name, key)
  },
}
