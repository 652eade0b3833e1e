/**
 * What the app's own source says about its port and its health. Signs, not proofs: each is told with its place. The names and
 * numbers alone are none: `const PORT = 3000` listens on 3000 whatever the environment says.
 */
import { withoutComments } from './code.ts'

export type Sign = { readonly value: string; readonly place: string }

type Sources = ReadonlyMap<string, string>

const port = '(?<![\\w$-])(PORT)(?![\\w-])'
const quoted = `['"\`]${port}['"\`]`

/** Ways to read one variable of the environment. */
const reads: readonly RegExp[] = [
  // process.env.PORT, env?.PORT, env['PORT'], os.environ["PORT"], ENV['PORT']
  new RegExp(`\\b(?:env|environ|ENV)\\b\\s*(?:\\??\\.\\s*${port}|(?:\\?\\.)?\\s*\\[\\s*${quoted})`),
  // os.getenv("PORT"), os.Getenv("PORT"), Deno.env.get('PORT'), ENV.fetch('PORT'), config.get<number>('PORT'), env('PORT')
  new RegExp(`(?:[eE]nv|ENV|[cC]onfig)\\w*(?:\\.\\w+)?(?:<[^>()]*>)?\\s*\\(\\s*${quoted}`),
  // const { PORT = 3000 } = process.env
  new RegExp(`\\{[^{}]*${port}[^{}]*\\}\\s*=\\s*[\\w.]*\\benv\\b`),
]
/** The environment as a whole, handed to what knows its members: a schema with PORT among them. Not copied for a child. */
const readsAll = /(?<!\.\.\.)\b(?:process|Bun)\.env\b(?!\s*(?:\?\.|[.[]))|\b(?:cleanEnv|createEnv|BaseSettings)\b/
const member = new RegExp(`(?<!\\b(?:const|let|var)\\s+)${port}\\s*:`)

/** Somewhere PORT is read from the environment. */
export const portSign = (sources: Sources): Sign | undefined =>
  findIn(sources, (text) => {
    const read = reads.map((one) => one.exec(text)).find((found) => found !== null)
    return read ?? (readsAll.test(text) ? member.exec(text) : null)
  })

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
    const found = look(withoutComments(path, text))
    const value = found?.slice(1).find((group) => group !== undefined) ?? ''
    if (found !== null) return { value, place: `${path}:${lineAt(text, found.index)}` }
  }
  return undefined
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length
