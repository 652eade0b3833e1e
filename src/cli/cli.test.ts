import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, type RunningServer, serverIn, type TestWorldOptions, temporaryFolder } from './test-world.ts'

const hello = {
  StartAt: 'Greet',
  States: {
    Greet: { Type: 'Pass', Parameters: { 'greeting.$': "States.Format('hello {}', $.name)" }, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Left', States: { Left: { Type: 'Pass', Result: 1, End: true } } },
        { StartAt: 'Right', States: { Right: { Type: 'Pass', Result: 2, End: true } } },
      ],
      ResultPath: '$.both',
      End: true,
    },
  },
}
const failing = { StartAt: 'No', States: { No: { Type: 'Fail', Error: 'OutOfStock', Cause: 'nothing left' } } }
/** The last of three items fails. */
const everyItem = {
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Label: 'each',
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Look',
        States: {
          Look: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 3, Next: 'Bad' }], Default: 'Good' },
          Bad: { Type: 'Fail', Error: 'TooMuch' },
          Good: { Type: 'Succeed' },
        },
      },
      End: true,
    },
  },
}
const waiting = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } }

describe('the command line against a server', () => {
  const home = temporaryFolder()
  let server: RunningServer

  const write = (name: string, value: unknown): void =>
    writeFileSync(join(home.path, name), typeof value === 'string' ? value : JSON.stringify(value))
  const holdfast = (line: string, options: TestWorldOptions = {}) =>
    runIn(home.path, line.split(' '), { environment: { HOLDFAST_DATA: 'data' }, ...options })

  beforeAll(async () => {
    write('hello.asl.json', hello)
    write('failing.asl.json', failing)
    write('waiting.asl.json', waiting)
    write('input.json', '{"name": "Mika", "size": 1.50}')
    server = await serverIn(home.path)
  })
  afterAll(async () => {
    await server.stop()
    home.remove()
  })

  it('writes address and token where only the owner can read them', () => {
    const file = join(home.path, 'data/connection.json')
    const connection = JSON.parse(readFileSync(file, 'utf8'))
    const token = expect.stringMatching(/^hf_/)
    expect(connection).toEqual({ url: server.url, token, key: expect.any(String), pid: process.pid })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('runs an express machine in memory, and lists and shows it', async () => {
    const ran = await holdfast('asl run hello.asl.json --express --machine quick --input @input.json --json')
    expect(ran.exitCode).toBe(0)
    const { arn, status, output } = JSON.parse(ran.out)
    expect([status, output.greeting]).toEqual(['SUCCEEDED', 'hello Mika'])
    expect((await holdfast('executions --express --machine quick')).out).toContain(arn)
    const shown = await holdfast(`show ${arn}`)
    expect(shown.out).toContain('✓ succeeded')
    expect(shown.out).toContain('"size": 1.50')
    expect((await holdfast(`show ${arn} --history`)).err).toContain('keeps no history')
    const again = await holdfast('asl run failing.asl.json --express --machine quick')
    expect(again.exitCode).toBe(1)
    expect(again.out).toContain('OutOfStock')
  })

  it('keeps standard and express machines apart', async () => {
    await holdfast('asl run hello.asl.json --machine usual --input @input.json')
    const { exitCode, err } = await holdfast('asl run failing.asl.json --express --machine usual')
    expect(exitCode).toBe(2)
    expect(err).toContain('usual is a standard state machine')
  })

  it('runs a definition and prints each state and the output', async () => {
    const { exitCode, out } = await holdfast('asl run hello.asl.json --input @input.json')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/✓ Greet {2}0ms|✓ Greet/)
    expect(out).toContain('✓ Both / Left')
    expect(out).toMatch(/✓ succeeded in \d+/)
    expect(out).toContain('"greeting": "hello Mika"')
  })

  it('draws the states on a terminal, gives the cursor back and paints them', async () => {
    const { out } = await holdfast('asl run hello.asl.json --input @input.json', { terminal: true })
    expect(out).toContain('\u001b[?25l')
    expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l'))
    expect(out).toMatch(/\u001b\[38;5;71m {4}✓ Left/)
  })

  it('keeps colour away when NO_COLOR is set', async () => {
    const environment = { HOLDFAST_DATA: 'data', NO_COLOR: '1' }
    const { out } = await holdfast('executions', { terminal: true, environment })
    expect(out).not.toContain('\u001b[')
  })

  it('prints one JSON document with --json, numbers as they were spelled', async () => {
    const { out } = await holdfast('asl run hello.asl.json --input @input.json --json')
    expect(JSON.parse(out)).toMatchObject({
      status: 'SUCCEEDED',
      input: { name: 'Mika' },
      output: { greeting: 'hello Mika' },
    })
    expect(out).toContain('"size":1.50')
    expect(out.trim().split('\n')).toHaveLength(1)
  })

  it('ends with 1 when the execution fails, and says why', async () => {
    const { exitCode, out } = await holdfast('asl run failing.asl.json')
    expect(exitCode).toBe(1)
    expect(out).toMatch(/✗ failed in .*\n {2}at +No\n {2}error +OutOfStock\n {2}cause +nothing left\n/)
    expect(out).toMatch(/closer +holdfast show failing:/)
  })

  it('starts without waiting, shows what runs, stops it', async () => {
    const started = await holdfast('asl run waiting.asl.json --name w1 --detach --json')
    expect(JSON.parse(started.out).arn).toMatch(/:execution:waiting:w1$/)
    const shown = await holdfast('show waiting:w1')
    expect(shown.out).toContain('● running')
    expect(shown.out).toMatch(/◌ Wait .*waits for its time/)
    const stopped = await holdfast('stop waiting:w1 --error Wrong --cause mistake')
    expect(stopped.exitCode).toBe(0)
    const after = await holdfast('show waiting:w1')
    expect(after.out).toContain('■ aborted')
    expect(after.out).toMatch(/error +Wrong/)
  })

  it('lets go of a running execution at Ctrl-C and says how to find it again', async () => {
    const interruption = new AbortController()
    const onOut = (text: string): void => {
      if (text.includes('◌ Wait')) interruption.abort()
    }
    const ran = await holdfast('asl run waiting.asl.json --name w2', { interrupted: interruption.signal, onOut })
    expect(ran.exitCode).toBe(130)
    expect(ran.err).toContain('holdfast show waiting:w2')
    const { out } = await holdfast('show waiting:w2 --json')
    expect(JSON.parse(out)).toMatchObject({ status: 'RUNNING' })
    await holdfast('stop waiting:w2')
  })

  it('takes a lost connection up again when the server is back', async () => {
    const other = temporaryFolder()
    try {
      write('waiting.asl.json', waiting)
      const first = await serverIn(other.path)
      const { port } = new URL(first.url)
      const file = join(home.path, 'waiting.asl.json')
      const stages = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const seen = ['Wait', 'connection lost, trying again', 'connected again']
      const onOut = (text: string): void => seen.forEach((words, i) => text.includes(words) && stages[i]?.resolve())
      const ran = runIn(other.path, ['asl', 'run', file, '--name', 'long', '--data', 'data'], { onOut })
      await stages[0]?.promise
      await first.stop()
      await stages[1]?.promise
      const second = await serverIn(other.path, ['--port', port])
      await stages[2]?.promise
      await runIn(other.path, ['stop', 'waiting:long', '--data', 'data', '--cause', 'enough'])
      expect(await ran).toMatchObject({ exitCode: 1, out: expect.stringContaining('■ aborted in') })
      await second.stop()
    } finally {
      other.remove()
    }
  })

  it('shows the latest when none is named, or the latest of a machine', async () => {
    await holdfast('asl run hello.asl.json --name latest-hello --input @input.json')
    await holdfast('asl run failing.asl.json --name latest-failing')
    const latest = await holdfast('show')
    expect(latest.out).toMatch(/^✗ failed {2}failing:latest-failing\n {2}failed at {2}No\n {2}error {6}OutOfStock\n/)
    expect(latest.out).toMatch(/started {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Asia\/Tokyo {2}\(just now\)/)
    expect((await holdfast('show hello')).out).toMatch(/^✓ succeeded {2}hello:latest-hello\n/)
    const none = await holdfast('show never-made')
    expect(none).toMatchObject({ exitCode: 1, err: expect.stringContaining('State Machine Does Not Exist') })
  })

  it('follows an execution that was started before, to its end', async () => {
    await holdfast('asl run waiting.asl.json --name w3 --detach')
    let stopped: Promise<unknown> | undefined
    const onOut = (text: string): void => {
      if (text.includes('◌ Wait')) stopped ??= holdfast('stop waiting:w3')
    }
    const { exitCode, out } = await holdfast('show waiting:w3 --follow', { onOut })
    await stopped
    expect(exitCode).toBe(1)
    expect(out).toMatch(/■ aborted in/)
    const again = await holdfast('show waiting:w3 --follow --json')
    expect(JSON.parse(again.out)).toMatchObject({ status: 'ABORTED' })
  })

  it('stops what runs, and says so of what had ended', async () => {
    await holdfast('asl run waiting.asl.json --name w4 --detach')
    const stopped = await holdfast('stop waiting:w4')
    expect(stopped).toMatchObject({ exitCode: 0, out: '■ stopped  waiting:w4  just now\n' })
    await holdfast('asl run hello.asl.json --name ended --input @input.json')
    const ended = await holdfast('stop hello:ended')
    expect(ended.out).toMatch(/^✓ nothing to stop, it has succeeded {2}hello:ended/)
    expect(JSON.parse((await holdfast('stop hello:ended --json')).out)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('suggests commands for the server that the person talks to', async () => {
    const data = join(home.path, 'data')
    const { out } = await runIn(home.path, [
      'asl',
      'run',
      'waiting.asl.json',
      '--name',
      'w5',
      '--detach',
      '--data',
      data,
    ])
    expect(out).toBe(`● started  waiting:w5\n  follow it  holdfast show waiting:w5 --follow --data ${data}\n`)
    await holdfast('stop waiting:w5')
    const list = await runIn(home.path, ['executions', '--machine', 'waiting', '--limit', '1', '--data', data])
    expect(list.out).toMatch(
      new RegExp(`more +holdfast executions --machine waiting --limit 1 --cursor \\S+ --data ${data}\n$`),
    )
  })

  it('shows every finding of a definition that the server refuses, with its line', async () => {
    write('wrong.asl.json', '{\n  "StartAt": "A",\n  "States": {\n    "A": { "Type": "Pass", "Next": "B" }\n  }\n}\n')
    const { exitCode, out, err } = await holdfast('asl run wrong.asl.json')
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
    expect(err).toContain("✗ wrong.asl.json:4:28  /States/A/Next\n    Missing 'Next' target: B")
    write('cut.asl.json', '{\n  "StartAt": "A",\n}\n')
    const cut = await holdfast('asl run cut.asl.json')
    expect(cut.err).toMatch(/^✗ cut\.asl\.json: 1 error\n {2}✗ cut\.asl\.json:3:1\n {4}Unexpected character/)
    const asJson = await holdfast('asl run wrong.asl.json --json')
    expect(JSON.parse(asJson.err).error).toMatchObject({ code: 'cli.file_invalid', place: '/States/A/Next' })
  })

  it('updates the machine when the file has changed', async () => {
    write('changing.asl.json', { StartAt: 'A', States: { A: { Type: 'Pass', Result: 'old', End: true } } })
    await holdfast('asl run changing.asl.json')
    write('changing.asl.json', { StartAt: 'A', States: { A: { Type: 'Pass', Result: 'new', End: true } } })
    const { out } = await holdfast('asl run changing.asl.json --json')
    expect(JSON.parse(out)).toMatchObject({ output: 'new' })
  })

  it('lists executions, by machine and status, page by page', async () => {
    await holdfast('asl run failing.asl.json')
    const { out } = await holdfast('executions --machine failing --status failed')
    expect(out).toMatch(/STATUS +EXECUTION +STARTED +TOOK/)
    expect(out).toMatch(/✗ failed +failing:/)
    const first = JSON.parse((await holdfast('executions --limit 1 --json')).out)
    const second = JSON.parse((await holdfast(`executions --limit 1 --json --cursor ${first.cursor}`)).out)
    expect(second.items[0].arn).not.toBe(first.items[0].arn)
  })

  it('goes on with another input for the state that failed', async () => {
    const definition = {
      StartAt: 'Check',
      States: {
        Check: {
          Type: 'Choice',
          Choices: [{ Variable: '$.ok', BooleanEquals: true, Next: 'Done' }],
        },
        Done: { Type: 'Succeed' },
      },
    }
    write('check.asl.json', definition)
    expect((await holdfast('asl run check.asl.json --machine check --input {"ok":false} --name r1')).exitCode).toBe(1)
    const wrong = await holdfast('redrive check:r1 --input {"ok":true} --state Done')
    expect(wrong.exitCode).not.toBe(0)
    expect(wrong.err).toContain("Execution did not end in state 'Done'")
    expect(wrong.err).toContain('visit 2 (Check)')
    expect((await holdfast('redrive check:r1 --state Check')).exitCode).toBe(2)
    const redriven = await holdfast('redrive check:r1 --input {"ok":true} --json')
    expect(JSON.parse(redriven.out)).toMatchObject({ redriveCount: 1 })
    expect((await holdfast('show check:r1 --follow')).exitCode).toBe(0)
  })

  it('tells how far the runs of distributed Maps are, in show, in the live output and by themselves', async () => {
    write('each.asl.json', everyItem)
    const ran = await holdfast('asl run each.asl.json --machine every --input [1,2,3] --name r1')
    expect(ran.exitCode).toBe(1)
    expect(ran.out).toContain('States.ExceedToleratedFailureThreshold')
    expect((await holdfast('show every:r1')).out).toMatch(/✗ Each .*2 of 3 items done, 1 failed/)
    const listed = await holdfast('map-runs list every:r1')
    expect(listed.out).toMatch(/✗ failed +each +.*2 of 3 items done, 1 failed/)
    const {
      items: [run],
    } = JSON.parse((await holdfast('map-runs list every:r1 --json')).out)
    expect(run).toMatchObject({ status: 'FAILED', items: { succeeded: 2, failed: 1, total: 3 }, redriveCount: 0 })
    const described = (await holdfast(`map-runs describe ${run.arn}`)).out
    expect(described).toContain('each of every:r1')
    expect(described).toContain('redrive every:r1')
    expect((await holdfast('redrive every:r1')).exitCode).toBe(0)
    await holdfast('show every:r1 --follow')
    const again = JSON.parse((await holdfast(`map-runs describe ${run.arn} --json`)).out)
    expect(again).toMatchObject({ status: 'FAILED', redriveCount: 1 })
    expect((await holdfast('map-runs list hello')).exitCode).not.toBe(0)
  })

  it('prints the history event by event', async () => {
    await holdfast('asl run hello.asl.json --name h1 --input @input.json')
    const { out } = await holdfast('show hello:h1 --history')
    expect(out).toMatch(/ 1 ← 0 .*ExecutionStarted/)
    expect(out).toMatch(/PassStateEntered {2}Greet/)
    const lines = (await holdfast('show hello:h1 --history --json')).out.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(lines.map((_, i) => i + 1))
  })

  it('proves and exports the trail', async () => {
    const verified = await holdfast('audit verify')
    expect(verified).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^✓ the trail holds: \d+ records/) })
    expect(JSON.parse((await holdfast('audit verify --json')).out)).toMatchObject({ ok: true })
    const lines = (await holdfast('audit export --to 2')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.flatMap(({ seq, action }) => (action === undefined ? [] : [seq]))).toEqual([1, 2])
  })

  it('ends with 3 when the server refuses, naming the repair', async () => {
    const environment = { HOLDFAST_DATA: 'data', HOLDFAST_TOKEN: 'wrong' }
    const { exitCode, err } = await holdfast('executions', { environment })
    expect(exitCode).toBe(3)
    expect(err).toMatch(/✗ .*token[\s\S]*repair/)
    const second = await runIn(home.path, ['up', '--port', '0', '--data', 'data'])
    expect(second.exitCode).toBe(3)
    expect(second.err).toMatch(/store\.folder_in_use/)
  })

  it('ends with 1 for what is not there, as JSON on standard error when asked', async () => {
    const { exitCode, out, err } = await holdfast('show hello:nobody --json')
    expect(exitCode).toBe(1)
    expect(out).toBe('')
    expect(JSON.parse(err).error).toMatchObject({ code: 'execution.missing' })
  })

  it('finds a server by its address and token', async () => {
    const { token } = JSON.parse(readFileSync(join(home.path, 'data/connection.json'), 'utf8'))
    const environment = { HOLDFAST_URL: server.url, HOLDFAST_TOKEN: token }
    expect((await holdfast('executions', { environment })).exitCode).toBe(0)
    expect(
      (await holdfast(`executions --url ${server.url}`, { environment: { HOLDFAST_TOKEN: token } })).exitCode,
    ).toBe(0)
  })
})

describe('down', () => {
  it('stops the server in good order and returns when it is gone', async () => {
    const home = temporaryFolder()
    try {
      const server = await serverIn(home.path)
      const { exitCode, out } = await runIn(home.path, ['down', '--data', 'data'])
      expect({ exitCode, out }).toEqual({ exitCode: 0, out: `■ stopped ${server.url}\n` })
      expect(await server.stop()).toMatchObject({ exitCode: 0 })
      const again = await serverIn(home.path)
      expect((await again.stop()).exitCode).toBe(0)
    } finally {
      home.remove()
    }
  })
})
