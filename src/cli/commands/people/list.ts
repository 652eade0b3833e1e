/** `people list`: who may sign in, and what they may do. */
import { Command } from 'commander'
import type { Person } from '../../client/people-api.ts'
import { commandLine } from '../../command-line.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { type Cell, fittingTable } from '../../fitting-table.ts'
import { printGrants } from '../../grants.ts'
import { printable } from '../../paint.ts'
import { textWidth } from '../../world.ts'
import { plainPerson } from './add.ts'

type Options = ServerOptions & { readonly json?: true }

export function listPeopleCommand(context: Context): Command {
  const command = new Command('list')
    .description('who may sign in, what they may do, and the groups they are in')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const people = await (await connect(context.world, options)).people.list()
      answer(context, options.json === true, people.map(plainPerson), () => peopleText(context, people, options))
    })
  return withExamples(withServerOptions(command), [['holdfast people list', 'all of them']])
}

function peopleText({ world, paint }: Context, people: readonly Person[], server: ServerOptions): string {
  const add = commandLine(world, 'people add NAME --may ROLE', server)
  if (people.length === 0) return `Nobody yet. To add somebody: ${add}`
  const columns = [
    { head: 'LOGIN' },
    { head: 'STATE' },
    { head: 'PASSKEYS' },
    { head: 'NAME', weight: 1 },
    { head: 'MAY', weight: 3 },
    { head: 'GROUPS', weight: 2 },
  ]
  const rows = people.map((person): readonly Cell[] => [
    ...[person.login, stateOf(person), person.passkeys === 0 ? '' : String(person.passkeys), printable(person.name)],
    ...[printGrants(person.grants), person.groups.join(', ')],
  ])
  return fittingTable(columns, rows, { paint, width: textWidth(world.out) })
}

function stateOf({ joinedAt, disabledAt }: Person): Cell {
  if (disabledAt !== undefined) return { tone: 'failed', word: 'disabled' }
  return joinedAt === undefined ? { tone: 'waiting', word: 'invited' } : { tone: 'done', word: 'joined' }
}
