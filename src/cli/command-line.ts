/** Command lines to copy: as the person calls the program, on the server they talk to. */
import type { ServerOptions } from './find-server.ts'
import type { World } from './world.ts'

/** `show order:7` → `bin/holdfast show order:7 --data ./data`. */
export function commandLine(
  { program }: World,
  words: string,
  { data, url, insecureHttp }: ServerOptions = {},
): string {
  const where = url === undefined ? (data === undefined ? '' : ` --data ${quoted(data)}`) : ` --url ${quoted(url)}`
  return `${program} ${words}${where}${insecureHttp === true ? ' --insecure-http' : ''}`
}

/** One word of a shell, whatever it holds. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** In texts that the program did not write itself: repairs that servers and libraries of ours name. */
export function asCalled({ program }: World, text: string): string {
  return text.replaceAll(commandsInText, `${program} `)
}

const commands = [
  ...['up', 'down', 'asl', 'executions', 'show', 'stop', 'audit', 'init', 'hosts', 'host'],
  ...['deploy', 'status', 'halt', 'pause', 'resume', 'rollback', 'history', 'diff', 'why', 'retry', 'logs'],
  ...['locks', 'lock', 'unlock', 'break', 'keys'],
]
const commandsInText = new RegExp(`(?<![\\w/.-])holdfast (?=(?:${commands.join('|')})\\b)`, 'g')
