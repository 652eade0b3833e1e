/** `people set`: what somebody may do, their groups, and whether they may come in at all. */
import { Command } from 'commander'
import type { Grant } from '../../../access/index.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { cliError } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { gatherGrants, printGrants } from '../../grants.ts'
import { printable } from '../../paint.ts'
import { gathered, plainPerson } from './add.ts'

type Options = ServerOptions & {
  readonly name?: string
  readonly may?: readonly Grant[]
  readonly alsoMay?: readonly Grant[]
  readonly mayNothing?: true
  readonly group?: readonly string[]
  readonly noGroups?: true
  readonly disable?: true
  readonly enable?: true
  readonly json?: true
}

export function setPersonCommand(context: Context): Command {
  const command = new Command('set')
    .description('change what somebody may do; what is not told stays')
    .argument('<login>', 'who')
    .option('--name <name>', 'as others see them')
    .option('--may <grant>', 'all they may do from now on; as often as there are some', gatherGrants)
    .option('--also-may <grant>', 'one more, besides what they may already', gatherGrants)
    .option('--may-nothing', 'take all grants of their own away')
    .option('--group <group>', 'all groups they are in from now on; as often as there are some', gathered)
    .option('--no-groups', 'take them out of all groups')
    .option('--disable', 'nothing of theirs opens anything any more: no session, no token')
    .option('--enable', 'the opposite')
    .option('--json', 'print the person as JSON')
    .action(async (login: string, options: Options) => {
      const changed = await (await connect(context.world, options)).people.change(login, changeIn(options))
      answer(context, options.json === true, plainPerson(changed), () => {
        const { paint } = context
        const state = changed.disabledAt === undefined ? paint.state('done', 'set') : paint.state('failed', 'disabled')
        return `${state} ${printable(changed.name)}: may ${printGrants(changed.grants)}; groups: ${changed.groups.join(', ') || 'none'}`
      })
    })
  return withExamples(withServerOptions(command), [
    ['holdfast people set mika --may deployer@acme/shop --may viewer', 'these and no others'],
    ['holdfast people set mika --also-may responder', 'that as well'],
    ['holdfast people set mika --disable', 'they have left'],
  ])
}

function changeIn(options: Options) {
  const { name, may, alsoMay, mayNothing, group, disable, enable } = options
  // commander sets `groups: false` for `--no-groups`.
  const withoutGroups = Reflect.get(options, 'groups') === false
  if ((may !== undefined && mayNothing === true) || (group !== undefined && withoutGroups) || (disable && enable)) {
    throw cliError('cli.usage', 'These options contradict each other', { accepted: 'one of each pair' })
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(may === undefined && mayNothing === undefined ? {} : { grants: may ?? [] }),
    ...(alsoMay === undefined ? {} : { alsoGrants: alsoMay }),
    ...(group === undefined && !withoutGroups ? {} : { groups: group ?? [] }),
    ...(disable === true ? { disabled: true } : enable === true ? { disabled: false } : {}),
  }
}
