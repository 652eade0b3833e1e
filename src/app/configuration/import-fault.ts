/** Why a module of a user's does not load, for its author: what is wrong, on which line, and how to mend it. */
import { fileURLToPath } from 'node:url'

export type ImportFault = {
  readonly reason: string
  /** `/shop/order.ts:12:5`. Absent when nobody says. */
  readonly place?: string
  readonly accepted?: string
  readonly repair?: string
}

/** `error` is what `import()` threw, in whichever copy of this program. */
export function importFault(error: unknown): ImportFault {
  if (!(error instanceof Error)) return { reason: String(error) }
  const { accepted, repair, place: inside } = toldBy(error)
  const place = [placeOf(error.stack ?? ''), inside].filter((part) => part !== undefined).join(' ')
  const mended = repair ?? repairOf(error)
  return {
    reason: error.message,
    ...(place === '' ? {} : { place }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(mended === undefined ? {} : { repair: mended }),
  }
}

/** Errors of ours, thrown by `procedure()` while the module was evaluated, say themselves what to do. */
function toldBy(error: Error): { readonly [Key in 'place' | 'accepted' | 'repair']?: string | undefined } {
  if (error.name !== 'HoldfastError') return {}
  const text = (key: string): string | undefined => {
    const value: unknown = Object.entries(error).find(([name]) => name === key)?.[1]
    return typeof value === 'string' ? value : undefined
  }
  return { place: text('place'), accepted: text('accepted'), repair: text('repair') }
}

/** Node begins the stack of a syntax error with its place; else it is the topmost frame in a file of the user's. */
function placeOf(stack: string): string | undefined {
  const [, url, line = '', source = ''] = /^(file:\S+):(\d+)\n((?:(?! {4}at ).*\n)*)/.exec(stack) ?? []
  if (url !== undefined) return [fileURLToPath(url), line, ...columnIn(source)].join(':')
  const frames = [...stack.matchAll(/^ {4}at .*?\(?(file:\S+?):(\d+):(\d+)\)?$/gm)]
  const [, file, row, column] = frames.find(([, at = '']) => !isOurs(at)) ?? []
  return file === undefined ? undefined : `${fileURLToPath(file)}:${row}:${column}`
}

/** From the carets that Node draws under the source. */
function columnIn(source: string): readonly number[] {
  const column = source
    .split('\n')
    .find((line) => /^ *\^+$/.test(line))
    ?.indexOf('^')
  return column === undefined ? [] : [column + 1]
}

/** Also in another copy of this program, which a project has installed for itself. */
const isOurs = (url: string): boolean => /\/src\/engine\/procedure\/|\/node_modules\//.test(url)

function repairOf(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined
  const { message } = error
  if (/Cannot use import statement outside a module|Unexpected token 'export'/.test(message)) {
    return 'say in package.json that its files are modules: npm pkg set type=module'
  }
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return 'Node runs TypeScript by leaving its types out: write it without enum, namespace and parameter properties'
  }
  const missing = /^Cannot find package '([^']+)'/.exec(message)?.[1]
  if (missing === 'holdfast') return 'install it in the project: npm install /path/to/holdfast'
  if (missing !== undefined) return `npm install ${missing}`
  return code === 'ERR_MODULE_NOT_FOUND' ? 'correct the import; paths end in .ts' : undefined
}
