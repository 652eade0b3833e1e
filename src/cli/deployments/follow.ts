/** Shows a deployment while it goes, to its end: redrawn on a terminal, a line for each change elsewhere, JSON lines for programs. */
import type { WatchedDeployment } from '../client/deploy-api.ts'
import type { DeploymentDescription, Plan } from '../client/deploy-schemas.ts'
import type { Api } from '../client/api.ts'
import { commandLine } from '../command-line.ts'
import { type Context, print } from '../context.ts'
import type { ServerOptions } from '../find-server.ts'
import { LiveLines } from '../live.ts'
import { icon } from '../paint.ts'
import { blockOf } from './block.ts'
import { changesBetween } from './changes.ts'
import { changeAsJson, LogLines } from './lines.ts'
import { exitCodeOfDeployment, outcomeOf } from './outcome.ts'

export type FollowOptions = {
  readonly api: Api
  readonly id: string
  readonly server: ServerOptions
  readonly json: boolean
  /** As it was made before the deployment began, if it was. */
  readonly plan?: Plan
}

const redrawMs = 100

/** Follows to the end, says what came of it, and ends the command accordingly. */
export async function followDeployment(context: Context, options: FollowOptions): Promise<DeploymentDescription> {
  const { last, plain } = await watch(context, options)
  context.exitWith(exitCodeOfDeployment(last))
  if (options.json) print(context, JSON.stringify({ kind: 'end', status: last.status, deployment: plain }))
  else print(context, outcomeOf(context, last, options.server))
  return last
}

type Watched = { readonly last: DeploymentDescription; readonly plain: unknown }

async function watch(context: Context, options: FollowOptions): Promise<Watched> {
  const { api, id, json } = options
  const { out } = context.world
  const show = json ? jsonDisplay(context) : out.isTerminal ? liveDisplay(context) : lineDisplay(context)
  let { plan } = options
  let seen: Watched | undefined
  try {
    for await (const event of api.deploys.watch(id, (ms) => context.world.pause(ms))) {
      if (event.kind === 'connection') {
        show.connection(event.lost)
        continue
      }
      plan = event.deployment.plan ?? plan ?? (await planOf(api, event))
      seen = { last: { ...event.deployment, plan }, plain: event.plain }
      show.description(seen.last)
      // It failed and is marked forward-only: whoever follows has to decide, so following ends here.
      if (event.kind === 'end' || (seen.last.status === 'paused' && seen.last.diagnosis !== undefined)) break
    }
  } catch (error) {
    show.end()
    sayThatItGoesOn(context, options)
    throw error
  }
  show.end()
  return seen ?? (await lastOf(api, id))
}

/** A stream leaves the plan out; it is made once and never changes. */
async function planOf(api: Api, { deployment }: Exclude<WatchedDeployment, { kind: 'connection' }>) {
  return deployment.step === undefined ? undefined : api.deploys.planOf(deployment.id)
}

async function lastOf(api: Api, id: string): Promise<Watched> {
  const { value: last, plain } = await api.deploys.deployment(id)
  return { last, plain }
}

/** Ctrl-C, or a server that does not come back: the deployment is none the worse for it. */
function sayThatItGoesOn({ world }: Context, { id, server }: FollowOptions): void {
  const head = world.interrupted.aborted ? 'It goes on without you.' : 'It goes on when the server is back.'
  world.err.write(
    `${head}\n  watch it  ${commandLine(world, `status ${id} --follow`, server)}\n  stop it   ${commandLine(world, `halt ${id}`, server)}\n`,
  )
}

type Display = {
  description(description: DeploymentDescription): void
  connection(lost: boolean): void
  end(): void
}

const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

function liveDisplay({ world, paint }: Context): Display {
  const live = new LiveLines(world.out)
  let frame = 0
  let lost = false
  let shown: DeploymentDescription | undefined
  const draw = (spinner: string | undefined): void => {
    if (shown === undefined) return
    const { columns, rows } = world.out
    const size = { width: columns - 1, height: Math.max(4, rows - 2) }
    live.draw(blockOf(shown, { paint, now: world.now(), ...size, lost, ...(spinner === undefined ? {} : { spinner }) }))
  }
  const stop = world.every(redrawMs, () => draw(spinnerFrames[frame++ % spinnerFrames.length]))
  return {
    description: (description) => (shown = description),
    connection: (isLost) => (lost = isLost),
    end: () => {
      stop()
      draw(undefined)
      live.end()
    },
  }
}

function lineDisplay(context: Context): Display {
  const lines = new LogLines()
  let shown: DeploymentDescription | undefined
  return {
    description: (description) => {
      for (const change of changesBetween(shown, description, context.world.now())) {
        const line = lines.lineOf(change, description.createdAt)
        if (line !== undefined) print(context, line)
      }
      shown = description
    },
    connection: (lost) =>
      print(context, lost ? `${icon('halted')} connection lost, reconnecting` : `${icon('running')} connected again`),
    end: () => undefined,
  }
}

function jsonDisplay(context: Context): Display {
  let shown: DeploymentDescription | undefined
  return {
    description: (description) => {
      for (const change of changesBetween(shown, description, context.world.now()))
        print(context, JSON.stringify(changeAsJson(change)))
      shown = description
    },
    connection: (lost) => print(context, JSON.stringify({ kind: 'connection', lost })),
    end: () => undefined,
  }
}
