/** Hooks that need no code: commands on the hosts of a release, migrations, requests to its instances. */
import { z } from 'zod'
import type { Hosts } from '../../host/index.ts'
import { type Procedure, procedure, task } from '../../engine/index.ts'
import type { Deploys } from '../deploys.ts'
import { runCommands } from './run-command.ts'
import { migrateInput, runCommandInput, smokeInput } from './schemas.ts'
import { type Fetch, smoke } from './smoke.ts'

export type HookWorld = {
  readonly deploys: Deploys
  readonly hosts: Hosts
  readonly fetch: Fetch
}

/** As a deployment starts its hooks. */
const given = <Input extends z.ZodType>(input: Input) =>
  z.looseObject({ deployment: z.string(), input: z.preprocess((value) => value ?? {}, input) })

/** An agent that comes back finds the command under its key: so it is asked again, for as long as the hook may take. */
const patience = [
  { ErrorEquals: ['Unavailable'], IntervalSeconds: 2, MaxAttempts: 99_999, BackoffRate: 1.5, MaxDelaySeconds: 30 },
] as const

const machine = (comment: string) =>
  ({
    Comment: comment,
    StartAt: 'Run',
    States: { Run: { Type: 'Task', Resource: 'task:run', Retry: patience, End: true } },
  }) as const

/** To be installed and handled by the engine, as the deployers' procedures are. */
export function hookProcedures(world: HookWorld): readonly Procedure[] {
  const [command, migration, requests] = [given(runCommandInput), given(migrateInput), given(smokeInput)]
  return [
    procedure({
      name: 'run-command',
      input: command,
      machine: machine('Runs a command in the working copy of a release, on one host or on each'),
      tasks: {
        run: task(command, ({ deployment, input }, context) => runCommands(world, context, { deployment, ...input })),
      },
    }),
    procedure({
      name: 'migrate',
      input: migration,
      machine: machine('Runs the migration of a release once, on one of its hosts'),
      tasks: {
        run: task(migration, ({ deployment, input }, context) =>
          runCommands(world, context, { deployment, on: 'one', ...input }),
        ),
      },
    }),
    procedure({
      name: 'smoke',
      input: requests,
      machine: machine('Makes requests to each instance of a release, past the balancer'),
      tasks: {
        run: task(requests, ({ deployment, input }, context) => smoke(world, context, { deployment, ...input })),
      },
    }),
  ]
}
