import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type LogFields, silentLogger, VirtualClock } from '../../src/base/index.ts'
import { createStateMachine, startExecution, startSyncExecution } from '../../src/engine/index.ts'
import { admin, definitionOf, endWorlds, functionArn, roleArn, taskState, World } from '../../src/engine/world.ts'
import { openStore } from '../../src/store/index.ts'
import { amazonTrace, executionSpan } from '../../src/telemetry/trace/span.ts'
import { createTelemetry, type TelemetryOptions } from '../../src/telemetry/telemetry.ts'
import { tracingFrom } from '../../src/telemetry/trace/settings.ts'

afterEach(endWorlds)

/** An engine that is watched; its time is the test's, in `elapsed`. */
function watched(more: Partial<TelemetryOptions> = {}) {
  const clock = new VirtualClock()
  const lines: (readonly [string, LogFields | undefined])[] = []
  const time = { ms: 0 }
  const store = openStore({ path: ':memory:', clock, logger: silentLogger })
  const engine: { world?: World } = {}
  let random = 0
  const telemetry = createTelemetry({
    store: {
      get read() {
        return (engine.world?.store ?? store).read
      },
      fault: undefined,
    },
    clock,
    logger: { ...silentLogger, warn: (message, fields) => lines.push([message, fields]) },
    randomBytes: (length) => new Uint8Array(length).fill(++random),
    elapsed: () => time.ms,
    slowMs: 100,
    tracing: undefined,
    fetch,
    version: '1.2.3',
    storeBytes: () => 4096,
    engine: () => ({
      queued: 0,
      calls: engine.world?.engine.callsUnderWay ?? 0,
      express: engine.world?.engine.express.count ?? 0,
    }),
    keptMs: 90_000,
    ...more,
  })
  engine.world = new World({ clock, engine: { observer: telemetry.observer } })
  return { world: engine.world, telemetry, lines, time, close: () => store.close() }
}

const expressMachine = async ({ engine }: World): Promise<string> =>
  (
    await createStateMachine(engine, admin, {
      ...{ name: 'quick', roleArn, type: 'EXPRESS' },
      definition: definitionOf({ Pay: taskState('pay') }),
    })
  ).arn

const value = async (telemetry: { metrics: { text(): Promise<string> } }, line: string): Promise<number> => {
  const text = await telemetry.metrics.text()
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? Number.NaN : Number(found.slice(line.length + 1))
}

describe('the numbers', () => {
  it('count executions, steps, commits and calls, and read what waits', async () => {
    const { world, telemetry, close } = watched()
    await world.run({ Pay: taskState('pay') })
    await world.run({ Pay: taskState('pay') })
    await world.run({ Sleep: { Type: 'Wait', Seconds: 60, End: true } })
    expect(await value(telemetry, 'holdfast_executions_running')).toBe(3)
    expect(await value(telemetry, 'holdfast_task_calls_running')).toBe(2)
    expect(await value(telemetry, 'holdfast_timers')).toBe(1)
    world.calls[0]?.succeed('ok')
    world.calls[1]?.fail('Refused')
    await world.settle()
    expect(await value(telemetry, 'holdfast_executions_started_total')).toBe(3)
    expect(await value(telemetry, 'holdfast_executions_closed_total{status="succeeded"}')).toBe(1)
    expect(await value(telemetry, 'holdfast_executions_closed_total{status="failed"}')).toBe(1)
    expect(await value(telemetry, 'holdfast_steps_total')).toBe(5)
    expect(await value(telemetry, 'holdfast_commit_seconds_count')).toBeGreaterThanOrEqual(4)
    for (const outcome of ['succeeded', 'failed']) {
      expect(await value(telemetry, `holdfast_task_call_seconds_count{resource="lambda",outcome="${outcome}"}`)).toBe(1)
    }
    expect(await value(telemetry, 'holdfast_store_bytes')).toBe(4096)
    expect(await value(telemetry, 'holdfast_trail_unsealed_records')).toBeGreaterThan(0)
    await close()
  })

  it('count express executions and their calls too', async () => {
    const { world, telemetry, close } = watched()
    const stateMachineArn = await expressMachine(world)
    await startExecution(world.engine, admin, { stateMachineArn })
    const waiting = startSyncExecution(world.engine, admin, { stateMachineArn })
    await world.settle()
    expect(await value(telemetry, 'holdfast_express_executions_running')).toBe(2)
    expect(await value(telemetry, 'holdfast_task_calls_running')).toBe(2)
    world.calls[0]?.succeed('ok')
    world.calls[1]?.fail('Refused')
    await waiting
    await world.settle()
    expect(await value(telemetry, 'holdfast_executions_started_total')).toBe(2)
    expect(await value(telemetry, 'holdfast_executions_closed_total{status="succeeded"}')).toBe(1)
    expect(await value(telemetry, 'holdfast_executions_closed_total{status="failed"}')).toBe(1)
    expect(await value(telemetry, 'holdfast_execution_seconds_count{status="failed"}')).toBe(1)
    for (const outcome of ['succeeded', 'failed']) {
      expect(await value(telemetry, `holdfast_task_call_seconds_count{resource="lambda",outcome="${outcome}"}`)).toBe(1)
    }
    expect(await value(telemetry, 'holdfast_express_executions_running')).toBe(0)
    await close()
  })

  it('tell how long the earliest timer is overdue', async () => {
    const { world, telemetry, close } = watched()
    await world.run({ Sleep: { Type: 'Wait', Seconds: 60, End: true } })
    expect(await value(telemetry, 'holdfast_timer_lag_seconds')).toBe(0)
    world.clock.advanceTo(world.clock.now() + 90_000)
    expect(await value(telemetry, 'holdfast_timer_lag_seconds')).toBe(30)
    await world.settle()
    await close()
  })

  it('have no label that a definition can multiply without end', async () => {
    const { telemetry, close } = watched()
    for (let i = 0; i < 200; i++) {
      const arn = `arn:aws:states:::aws-sdk:service${i}:act`
      const resource = {
        kind: 'service',
        arn,
        resourceType: `aws-sdk:service${i}`,
        resource: 'act',
        action: 'act',
        pattern: 'request',
      } as const
      telemetry.observer.called(resource, 'succeeded', 1)
    }
    const series = (await telemetry.metrics.text()).match(/holdfast_task_call_seconds_count\{.*outcome="succeeded"\}/g)
    expect(series).toHaveLength(51)
    expect(await value(telemetry, 'holdfast_task_call_seconds_count{resource="other",outcome="succeeded"}')).toBe(150)
    await close()
  })

  it('are those of one Holdfast, though two live in a process', async () => {
    const [one, other] = [watched(), watched()]
    await one.world.run({ Done: { Type: 'Succeed' } })
    expect(await value(one.telemetry, 'holdfast_executions_started_total')).toBe(1)
    expect(await value(other.telemetry, 'holdfast_executions_started_total')).toBe(0)
    await Promise.all([one.close(), other.close()])
  })
})

describe('what is slow', () => {
  it('is one line with execution, state and time, and is counted', async () => {
    const { world, telemetry, lines, time, close } = watched()
    const arn = await world.run({ Pay: taskState('pay') })
    expect(lines).toEqual([])
    const slowHandler = telemetry.observer.elapsed
    // Every reading of the time is 150 ms after the one before: each step and each commit is slow now.
    Object.assign(telemetry.observer, { elapsed: () => (time.ms += 150) })
    world.calls[0]?.succeed('a secret result')
    await world.settle()
    Object.assign(telemetry.observer, { elapsed: slowHandler })
    expect(lines).toEqual([
      ['slow', { doing: 'step', ms: 150, execution: arn, state: 'Pay', detail: 'taskSucceeded' }],
      ['slow', { doing: 'commit', ms: 150, execution: undefined, state: undefined, detail: '1 works, 1 steps' }],
    ])
    expect(await value(telemetry, 'holdfast_slow_total{doing="step"}')).toBe(1)
    await close()
  })
})

describe('traces', () => {
  type OtlpSpan = {
    readonly traceId: string
    readonly spanId: string
    readonly parentSpanId?: string
    readonly name: string
    readonly status: { readonly code: number; readonly message?: string }
    readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
  }

  async function collector() {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        bodies.push(body)
        response.end('{}')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return {
      url: `http://127.0.0.1:${port}`,
      bodies,
      spans: () =>
        bodies.flatMap((body) => {
          const { resourceSpans } = JSON.parse(body) as {
            readonly resourceSpans: readonly {
              readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
            }[]
          }
          return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        }),
      close: () => server.close(),
    }
  }

  it('have a span for the execution and one for each call, in the trace of the caller, without payloads', async () => {
    const receiver = await collector()
    const tracing = tracingFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    const { world, telemetry, close } = watched({ tracing })
    const arn = await world.run(
      { Pay: taskState('pay', { Next: 'Tell' }), Tell: taskState('tell') },
      { card: '4111-secret' },
    )
    const trace = world.calls[0]?.trace
    world.calls[0]?.succeed('receipt-secret')
    await world.settle()
    world.calls[1]?.fail('Refused', 'because of 4111-secret')
    await world.settle()
    await telemetry.close()
    const [pay, tell, execution] = ['task Pay', 'task Tell', `execution machine-1`].map((name) =>
      receiver.spans().find((span) => span.name === name),
    )
    expect(pay).toMatchObject({ parentSpanId: execution?.spanId, traceId: execution?.traceId, status: { code: 0 } })
    expect(tell).toMatchObject({ parentSpanId: execution?.spanId, status: { code: 2, message: 'Refused' } })
    expect(execution).toMatchObject({ status: { code: 2, message: 'Refused' } })
    expect(trace).toEqual({
      traceparent: `00-${pay?.traceId}-${pay?.spanId}-01`,
      amazon: `Root=1-${pay?.traceId.slice(0, 8)}-${pay?.traceId.slice(8)};Parent=${pay?.spanId};Sampled=1`,
    })
    const attributes = Object.fromEntries(
      (pay?.attributes ?? []).map(({ key, value: { stringValue } }) => [key, stringValue]),
    )
    expect(attributes).toMatchObject({
      'rpc.service': 'lambda',
      'faas.invoked_name': 'pay',
      'holdfast.state.name': 'Pay',
      'aws.step_functions.execution.arn': arn,
    })
    expect(receiver.bodies.join('')).not.toContain('secret')
    receiver.close()
    await close()
  })

  it('have both of an express execution too', async () => {
    const receiver = await collector()
    const tracing = tracingFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    const { world, telemetry, close } = watched({ tracing })
    const stateMachineArn = await expressMachine(world)
    const traceHeader = 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1'
    const ending = startSyncExecution(world.engine, admin, { stateMachineArn, traceHeader })
    await world.settle()
    expect(world.calls[0]?.trace?.traceparent).toContain('67891233abcdef012345678912345678')
    await world.fail('Refused')
    const { arn } = await ending
    await telemetry.close()
    const [call, execution] = ['task Pay', 'execution quick'].map((name) =>
      receiver.spans().find((span) => span.name === name),
    )
    expect(execution).toMatchObject({
      traceId: '67891233abcdef012345678912345678',
      parentSpanId: '53995c3f42cd8ad8',
      status: { code: 2, message: 'Refused' },
    })
    expect(call).toMatchObject({ parentSpanId: execution?.spanId, status: { code: 2, message: 'Refused' } })
    expect(JSON.stringify(execution?.attributes)).toContain(arn)
    receiver.close()
    await close()
  })

  it('cost no execution when the collector is away, and say so once', async () => {
    const tracing = tracingFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
    const { world, telemetry, lines, close } = watched({ tracing })
    const arn = await world.run({ Done: { Type: 'Succeed' } })
    expect(await world.status(arn)).toBe('SUCCEEDED')
    await telemetry.close()
    expect(lines).toEqual([['the collector takes no spans; they are dropped until it does', { host: '127.0.0.1:1' }]])
    await close()
  })

  it('are not made at all when nothing is configured', () => {
    const { telemetry, world, close } = watched({ tracing: tracingFrom({}) })
    expect(telemetry.observer.tracer).toBeUndefined()
    expect(world.calls).toEqual([])
    return close()
  })

  it('go on with the trace of an X-Amzn-Trace-Id, and have the same ids after a restart', () => {
    const header = 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1'
    expect(amazonTrace(header)).toEqual({ traceId: '67891233abcdef012345678912345678', parent: '53995c3f42cd8ad8' })
    const span = executionSpan(functionArn('x'), 1000, header)
    expect(span).toMatchObject({ traceId: '67891233abcdef012345678912345678', parentSpanId: '53995c3f42cd8ad8' })
    expect(executionSpan(functionArn('x'), 1000, header)).toEqual(span)
    expect(executionSpan(functionArn('x'), 1_700_000_000_000, undefined).traceId).toMatch(/^6553f100[0-9a-f]{24}$/)
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://d' }, 'http://c/own'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4318' }, undefined],
  ])("go where OpenTelemetry's own variables say: %j", (environment, url) => {
    expect(tracingFrom(environment)?.url).toBe(url)
  })
})
