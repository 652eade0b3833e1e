/** Which hosts the secrets of a connection may go to. Pure. */

const name = String.raw`(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?`
const pattern = new RegExp(String.raw`^(${name}|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?$`, 'i')

/** `api.example.com`, `*.example.com`, `10.1.2.3:8443`, `[fd00::1]:8443`, and for any port `127.0.0.1:*`. */
export const isHostPattern = (text: string): boolean => pattern.test(text)

/** Without a port in the pattern only the usual one of http or https will do: another is another service. */
export function allowsUrl(patterns: readonly string[], url: URL): boolean {
  const usual = url.protocol === 'http:' ? '80' : '443'
  const host = url.hostname.toLowerCase().replace(/\.$/, '')
  return patterns.some((text) => {
    const [, wanted = '', port = usual] = pattern.exec(text.toLowerCase()) ?? []
    const fits = wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) && host !== wanted.slice(2) : host === wanted
    return fits && wanted !== '' && (port === '*' || port === (url.port === '' ? usual : url.port))
  })
}
