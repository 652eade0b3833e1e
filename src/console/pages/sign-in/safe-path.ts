/** Where signing in leads: only into the console itself. An address that somebody else made may lead anywhere. */

const here = 'https://console.invalid'

/** Browsers leave tabs and line ends out and take `\` for `/`: what an address means is asked of the reader that they ask. */
export function safePath(path: string | undefined): string {
  if (path?.startsWith('/') !== true || !URL.canParse(path, here)) return '/'
  const { origin, pathname, search, hash } = new URL(path, here)
  const isOurs = origin === here && !pathname.startsWith('//') && !/^\/(?:sign-in|sign-on|join)\b/.test(pathname)
  return isOurs ? pathname + search + hash : '/'
}
