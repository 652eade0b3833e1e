/** Headers that a definition may not set: they belong to the connection, to the way, or to AWS. Pure. */

const forbidden: ReadonlySet<string> = new Set([
  'a-im',
  'accept-charset',
  'accept-datetime',
  'accept-encoding',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'forwarded',
  'from',
  'host',
  'http2-settings',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'max-forwards',
  'origin',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'referer',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'warning',
  'www-authenticate',
])

export function forbiddenHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return forbidden.has(lower) || /^x-(forwarded|amz|amzn)(-|$)/.test(lower)
}
