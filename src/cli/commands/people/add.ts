/** `people add`: somebody who may sign in. They join by a link that is printed once. */
import { Command } from 'commander'
import type { Grant } from '../../../access/index.ts'
import type { JoinCode, Person } from '../../client/people-api.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { gatherGrants, printGrants } from '../../grants.ts'
import { printable } from '../../paint.ts'
import { labelled } from '../../print-error.ts'
import { localTime, timeOf } from '../../times.ts'

type Options = ServerOptions & {
  readonly name?: string
  readonly may?: readonly Grant[]
  readonly group?: readonly string[]
  readonly json?: true
}

export function addPersonCommand(context: Context): Command {
  const command = new Command('add')
    .description('add somebody; they choose a password and an authenticator by the link that is printed')
    .argument('<login>', 'what they sign in as: a short name or a mail address')
    .option('--name <name>', 'as others see them (default: the login)')
    .option('--may <grant>', 'ROLE, ROLE@org/name or ROLE@org/name/config; as often as there are some', gatherGrants)
    .option('--group <group>', 'a group they are in; as often as there are some', gathered)
    .option('--json', 'print person and link as JSON')
    .action(async (login: string, options: Options) => {
      const { world, paint } = context
      const api = await connect(world, options)
      const { name = login, may = [], group = [] } = options
      const { person, join } = await api.people.add({ login, name, grants: may, groups: group })
      const link = joinLink(api.url, join)
      const plain = { person: plainPerson(person), link, expiresAt: timeOf(join.expiresAt) }
      answer(context, options.json === true, plain, () =>
        [
          `${paint.state('done', 'added')} ${paint.bold(printable(person.name))}  ${person.login}`,
          ...labelled(
            [
              ['may', printGrants(person.grants)],
              ['groups', person.groups.join(', ')],
              ['join by', link],
              ['until', localTime(join.expiresAt, world.timeZone)],
            ],
            paint,
            Infinity,
          ),
        ].join('\n'),
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast people add mika --name "Mika Tanaka" --may deployer@acme/shop', 'ships one project'],
    ['holdfast people add ken@acme.example --may approver --may responder', 'agrees to plans, and repairs'],
  ])
}

export const gathered = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** The code stands behind the `#`: browsers send that to nobody. */
export const joinLink = (url: string, { code }: JoinCode): string => `${url}/join#${code}`

/** As the API tells it. */
export const plainPerson = ({ createdAt, joinedAt, disabledAt, ...person }: Person) => ({
  ...person,
  createdAt: timeOf(createdAt),
  ...(joinedAt === undefined ? {} : { joinedAt: timeOf(joinedAt) }),
  ...(disabledAt === undefined ? {} : { disabledAt: timeOf(disabledAt) }),
})
