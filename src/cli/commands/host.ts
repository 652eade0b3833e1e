/** `host`: the agent of this machine, in the foreground; `host stop` ends it, and with `--everything` what it supervises. */
import { Command } from 'commander'
import { type Context, withExamples } from '../context.ts'
import { withServerOptions } from '../find-server.ts'
import { withEdgeOptions } from '../host/agent-options.ts'
import { type AgentOptions, runAgent } from '../host/run-agent.ts'
import { hostStopCommand } from './host-stop.ts'

export function hostCommand(context: Context): Command {
  const command = new Command('host')
    .description('run the agent of this machine: it supervises what is deployed here, and its edge')
    .enablePositionalOptions()
    .option('--token-file <file>', 'token that holdfast hosts add printed; with --url')
    .option('--name <name>', 'enrol this machine under this name (default: its own)')
    .option('--zone <zone>', 'where it may fail together with others: a data centre, a rack')
    .option('--address <address>', "at which other hosts' edges reach its instances (default: 127.0.0.1)")
    .option('--no-edge', 'run no edge on this machine')
    .action((options: AgentOptions) => runAgent(context, options))
  withExamples(withServerOptions(withEdgeOptions(command)), [
    ['holdfast host', 'on the machine of the control plane: enrols itself, and is found again at the next start'],
    [
      'holdfast host --url https://holdfast.example.com --token-file host.token',
      'on another one, as hosts add printed it',
    ],
    ['holdfast host stop', 'ends the agent of this machine; what runs goes on'],
    ['holdfast host stop --everything', 'stops its instances and the edge as well'],
  ])
  command.addCommand(hostStopCommand(context))
  return command
}
