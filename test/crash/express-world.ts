/** A Holdfast of its own process with an express machine whose task takes its time, for tests that kill it in the midst of it. */
import { setTimeout as pause } from 'node:timers/promises'
import { fakeService, type FakeService } from '../../src/aws/fake-service.ts'
import { Program } from '../postgres/program.ts'

export const undo: (() => unknown)[] = []
export async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).toReversed()) await step()
}

type Work = {
  /** Calls of the function so far, answered or not. */
  readonly calls: number
  /** From now on it answers; until then it keeps its callers waiting. */
  answer(): void
  readonly environment: NodeJS.ProcessEnv
}

/** A Lambda function that takes its time. */
export async function slowFunction(): Promise<Work> {
  let answers = false
  const service: FakeService = await fakeService(() => (answers ? { body: '"done"' } : undefined))
  undo.push(() => service[Symbol.asyncDispose]())
  return {
    get calls() {
      return service.received.length
    },
    answer: () => void (answers = true),
    environment: {
      AWS_ENDPOINT_URL_LAMBDA: service.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    },
  }
}

/** The tests wait for other processes, which nothing tells of. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await pause(20)
}

const definition = JSON.stringify({
  StartAt: 'Work',
  States: { Work: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:work', End: true } },
})

export type Described = { readonly arn: string; readonly status: string; readonly output?: unknown }
export type Trail = {
  readonly items: readonly { readonly action: string; readonly subject: { readonly id: string } }[]
}

export async function withMachine(program: Program): Promise<void> {
  await program.up()
  await program.ask('POST', '/v1/machines', { name: 'work', definition, type: 'EXPRESS' })
}

export async function started(program: Program, work: Work): Promise<string> {
  const { arn } = (await program.ask('POST', '/v1/executions', { machine: 'work' })) as Described
  await until(() => work.calls === 1)
  return arn
}

export const described = async (program: Program, arn: string): Promise<Described> =>
  (await program.ask('GET', `/v1/express-executions/${encodeURIComponent(arn)}`)) as Described

/** What the trail says of it, once all of it is sealed. */
export async function recordsOf(program: Program, arn: string, records: number): Promise<readonly string[]> {
  let actions: readonly string[] = []
  await until(async () => {
    const { items } = (await program.ask('GET', `/v1/trail?subject=${encodeURIComponent(arn)}`)) as Trail
    actions = items.map(({ action }) => action).toReversed()
    return actions.length >= records
  })
  return actions
}

export async function programOn(url: string | undefined, work: Work): Promise<Program> {
  const program = await Program.on(url, work.environment)
  undo.push(() => program.remove())
  return program
}
