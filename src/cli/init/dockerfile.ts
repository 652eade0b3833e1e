/** What a Dockerfile says of the app in it. Of several stages the last counts: it is the one that runs. */

export type DockerFacts = {
  /** ENTRYPOINT and CMD as one line for a shell. */
  readonly command: string | undefined
  readonly ports: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  /** The path that HEALTHCHECK asks over HTTP. */
  readonly healthPath: string | undefined
  readonly user: string | undefined
}

type Instruction = { readonly name: string; readonly rest: string }

export function readDockerfile(text: string): DockerFacts {
  const all = instructionsOf(text)
  const stage = all.slice(all.findLastIndex(({ name }) => name === 'FROM') + 1)
  const last = (wanted: string): string | undefined => stage.findLast(({ name }) => name === wanted)?.rest
  const each = (wanted: string): readonly string[] =>
    stage.filter(({ name }) => name === wanted).map(({ rest }) => rest)
  const words = [last('ENTRYPOINT'), last('CMD')].flatMap((rest) => (rest === undefined ? [] : [lineOf(rest)]))
  return {
    command: words.length === 0 ? undefined : words.join(' '),
    ports: each('EXPOSE').flatMap((rest) => rest.split(/\s+/)),
    environment: new Map(each('ENV').flatMap(variablesOf)),
    healthPath: /https?:\/\/[^/\s"']+(\/[^\s"'|;)\]]*)/.exec(last('HEALTHCHECK') ?? '')?.[1],
    user: last('USER'),
  }
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\[ \t]*\n/g, ' ')
    .split('\n')
  return lines.flatMap((line) => {
    const [, name = '', rest = ''] = /^\s*([A-Za-z]+)\s+(\S.*)$/.exec(line) ?? []
    return name === '' ? [] : [{ name: name.toUpperCase(), rest: rest.trim() }]
  })
}

/** `["node", "server.js"]` and `node server.js` are the same line. */
function lineOf(rest: string): string {
  const words = wordsOfList(rest)
  return words === undefined ? rest : words.map(quotedWhereNeeded).join(' ')
}

function wordsOfList(rest: string): readonly string[] | undefined {
  if (!rest.startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(rest)
    return Array.isArray(list) && list.every((word) => typeof word === 'string') ? list : undefined
  } catch {
    // Docker too takes what is no JSON list for a line of the shell.
    return undefined
  }
}

/** A word that the image's own shell would not have seen: nothing in it is expanded here either. */
const quotedWhereNeeded = (word: string): string =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

/** `A=1 B="two words"`, or the old form `A 1`. */
function variablesOf(rest: string): readonly (readonly [string, string])[] {
  const pairs = [...rest.matchAll(/([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)/g)]
  if (pairs.length > 0) return pairs.map(([, name = '', value = '']) => [name, value.replaceAll(/^["']|["']$/g, '')])
  const [, name = '', value = ''] = /^([A-Za-z_]\w*)\s+(.*)$/.exec(rest) ?? []
  return name === '' ? [] : [[name, value]]
}
