/**
 * The law of the folders, as a pure decision: may this file import that one? The table itself stands in
 * `oxlint.config.ts`; `plugin.ts` asks here for each import that oxlint shows it.
 */

/** How much of the machine a folder may name. */
export type Purity =
  /** No `node:*`, package, clock, chance, timer, network, crypto or process. */
  | 'pure'
  /** Anything but the clock, chance and the environment: those come in as arguments. */
  | 'guided'
  /** Everything: the folders that hand the machine to the others. */
  | 'free'

export type Layer = {
  readonly purity: Purity
  /** Packages that a pure folder may import all the same: computation only, with the reason beside the entry. */
  readonly packages?: readonly string[]
  /** Only these folders, where the order of the table would allow more. */
  readonly only?: readonly string[]
}

/** Folder of `src/` → its law, lowest first: a folder imports only what stands above it in the table. */
export type LayerTable = Readonly<Record<string, Layer>>

export type SourcePlace = {
  /** The folder of `src/`, or `` for a file that lies in `src/` itself. */
  readonly folder: string
  /** The path below that folder, with `/`. */
  readonly rest: string
}

/** Where in `src/` a file lies; undefined outside of it. Paths are absolute; `\` and `/` are alike. */
export function placeInSource(sourceRoot: string, file: string): SourcePlace | undefined {
  const root = `${withSlashes(sourceRoot)}/`
  const path = withSlashes(file)
  if (!path.startsWith(root)) return undefined
  const words = path.slice(root.length).split('/')
  const folder = words.length > 1 ? (words[0] ?? '') : ''
  return { folder, rest: words.slice(folder === '' ? 0 : 1).join('/') }
}

/** Folders of `src/` that the table forgot. */
export function missingLayers(table: LayerTable, folders: readonly string[]): readonly string[] {
  return folders.filter((folder) => !Object.hasOwn(table, folder))
}

/** Why `from` may not import `to`, with what to do instead; undefined when it may. */
export function refuseImport(table: LayerTable, from: SourcePlace, to: SourcePlace): string | undefined {
  if (from.folder === to.folder) return undefined
  if (to.folder === '')
    return `import from the folder that owns it: src/${to.rest} is the door for users of the package.`
  const past = to.rest === 'index.ts' ? undefined : pastTheDoor(to)
  if (from.folder === '') return past
  return refuseFolder(table, from.folder, to.folder) ?? past
}

function pastTheDoor(to: SourcePlace): string {
  return `enter ${to.folder}/ through its index.ts: export there what you need from ${to.rest}, or do without it.`
}

function refuseFolder(table: LayerTable, from: string, to: string): string | undefined {
  const order = Object.keys(table)
  const only = table[from]?.only
  if (only !== undefined && !only.includes(to)) {
    return `${from}/ imports only ${only.join(', ')}, not ${to}/: hand it in as an argument instead.`
  }
  if (order.indexOf(to) < order.indexOf(from)) return undefined
  return `${from}/ may not import ${to}/, which stands on it: declare a port in ${from}/ and let app/ hand the object in.`
}

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}
