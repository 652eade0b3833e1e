/** A deployment as it goes, as server-sent events that can be taken up again. */
import { createHash } from 'node:crypto'
import type { DeploymentDescription } from '../../deploy/index.ts'
import { deploymentOf } from './deploy-answers.ts'
import { printEvents, type PrintedEvents } from './event-stream.ts'
import { printBody } from './json-body.ts'
import type { RouteAnswer, RouteContext } from './route.ts'

type Context = RouteContext<{ readonly id: string }, unknown, unknown>

/**
 * Each event holds the whole deployment, so a reader that comes back has missed nothing when it gets the newest. An event's id
 * is a digest of what it says: who comes back with it is not told the same again.
 */
export async function watchDeployment({ dependencies, actor, params: { id }, headers }: Context): Promise<RouteAnswer> {
  const { deploys } = dependencies
  const seen = headers['last-event-id']
  const now = printed(await deploys.describeDeployment(actor, id))
  if (now.ended && now.id === seen) return { kind: 'empty', status: 204 }
  return {
    kind: 'events',
    run: async (send, signal) => {
      let [last, sent] = [now, seen]
      for await (const description of deploys.watchDeployment(actor, id, signal)) {
        last = printed(description)
        if (last.id === sent) continue
        sent = last.id
        await send(last.events)
      }
      // Without an end the reader comes back, and finds it where it went on.
      if (!signal.aborted && last.ended) await send(printEvents([{ id: last.id, event: 'end', data: last.data }]))
    },
  }
}

type Printed = {
  readonly id: string
  readonly data: string
  readonly events: PrintedEvents
  readonly ended: boolean
}

/** All who watch are given the same description: it is printed for the first of them. */
const alreadyPrinted = new WeakMap<DeploymentDescription, Printed>()

function printed(description: DeploymentDescription): Printed {
  const found = alreadyPrinted.get(description)
  if (found !== undefined) return found
  const data = printBody(deploymentOf(description))
  const id = createHash('sha256').update(data).digest('base64url').slice(0, 22)
  const events = printEvents([{ id, event: 'deployment', data }])
  const fresh = { id, data, events, ended: description.endedAt !== null }
  alreadyPrinted.set(description, fresh)
  return fresh
}
