/** What the app's own source says about its port and its health. Signs, not proofs: each is told with its place. */

export type Sign = { readonly value: string; readonly place: string }

type Sources = ReadonlyMap<string, string>

/** Somewhere the environment is read and PORT is named. */
export const portSign = (sources: Sources): Sign | undefined =>
  findIn(sources, (text) => (/\benv(?:iron)?\b|\bENV\b/.test(text) ? /(?<![\w$-])(PORT)(?![\w-])/.exec(text) : null))

/** A port of its own: `.listen(3000`. */
export const fixedPortSign = (sources: Sources): Sign | undefined =>
  findIn(sources, (text) => /\.listen\(\s*(\d{2,5})\b/.exec(text))

/** Paths that are asked for health, the most telling first. */
const healthPaths = [
  '/readyz',
  '/healthz',
  '/health/ready',
  '/health',
  '/healthcheck',
  '/health-check',
  '/_health',
  '/api/healthz',
  '/api/health',
  '/livez',
  '/ready',
  '/up',
  '/ping',
  '/status',
]

export function healthSign(sources: Sources): Sign | undefined {
  for (const path of healthPaths) {
    const found = findIn(sources, (text) => new RegExp(`['"\`](${path})['"\`]`).exec(text))
    if (found !== undefined) return found
  }
  return undefined
}

function findIn(sources: Sources, look: (text: string) => RegExpExecArray | null): Sign | undefined {
  for (const [path, text] of sources) {
    const found = look(text)
    if (found !== null) return { value: found[1] ?? '', place: `${path}:${lineAt(text, found.index)}` }
  }
  return undefined
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length
