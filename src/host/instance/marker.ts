/**
 * The marker in the environment of every process that the agent starts, inherited by whatever those start. It proves whose
 * a process is: `HOST/INSTANCE/TOKEN`, the token new for every run.
 */
export type Marker = { readonly host: string; readonly owner: string; readonly token: string }

export const markerVariable = 'HOLDFAST_MARKER'

export const printMarker = ({ host, owner, token }: Marker): string => `${host}/${owner}/${token}`

export function parseMarker(text: string | undefined): Marker | undefined {
  const words = (text ?? '').split('/')
  const [host = '', owner = '', token = ''] = words
  return words.length === 3 && host !== '' && owner !== '' && token !== '' ? { host, owner, token } : undefined
}
