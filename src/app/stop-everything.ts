/**
 * Everything that runs on this machine for Holdfast comes to an end: first the edge, so that what is under way may end. What
 * was deployed is parked, not forgotten: the next agent starts it again.
 */
import type { HostAgent, InstanceStatus } from '../host/index.ts'
import type { StoppedEverything } from './agent-door.ts'

export type Stopping = {
  readonly agent: HostAgent
  readonly edge: { stop(): Promise<boolean> } | undefined
  /** What the keys of its commands begin with. */
  readonly keys: string
}

export async function stopEverythingOn({ agent, edge, keys }: Stopping): Promise<StoppedEverything> {
  const failed: string[] = []
  const edgeStopped = await attempt(async () => (await edge?.stop()) ?? false, failed, 'the edge')
  const list = await agent.run({ kind: 'listInstances', key: `${keys}/list` })
  const running = list.ok ? list.result.instances.filter(({ phase }) => phase !== 'stopped') : []
  if (!list.ok) failed.push(`the instances cannot be listed: ${list.failure.message}`)
  const ended = await Promise.all(running.map((status) => stop(agent, status, keys)))
  return {
    instances: ended.flatMap(({ instance, failure }) => (failure === undefined ? [instance] : [])),
    killed: ended.flatMap(({ instance, killed }) => (killed ? [instance] : [])),
    edge: edgeStopped ?? false,
    failed: [...failed, ...ended.flatMap(({ failure }) => failure ?? [])],
  }
}

type Ended = { readonly instance: string; readonly killed: boolean; readonly failure?: string }

async function stop(agent: HostAgent, { instance }: InstanceStatus, keys: string): Promise<Ended> {
  // The edge is gone: nothing can be drained any more.
  const outcome = await agent.run({
    kind: 'stopInstance',
    key: `${keys}/${instance}`,
    instance,
    force: true,
    park: true,
  })
  if (outcome.ok) return { instance, killed: outcome.result.killed }
  return { instance, killed: false, failure: `${instance}: ${outcome.failure.message}` }
}

async function attempt<T>(act: () => Promise<T>, failed: string[], what: string): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    failed.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
