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
    expect(connection).toEqual({ url: server.url, token: expect.stringMatching(/^hf_/), pid: process.pid })
    expect(statSync(file).mode & 0o777).toBe(0o600)
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
    const records = (await holdfast('audit export --to 2')).out.trim().split('\n')
    expect(records.map((line) => JSON.parse(line).seq)).toEqual([1, 2])
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

describe('the command line without a server', () => {
  const home = temporaryFolder()
  afterAll(() => home.remove())
  const holdfast = (line: string, options: TestWorldOptions = {}) => runIn(home.path, line.split(' '), options)

  it('ends with 5 and says how to start one', async () => {
    const { exitCode, err } = await holdfast('executions')
    expect(exitCode).toBe(5)
    expect(err).toContain('repair    holdfast up')
  })

  it('ends with 5 when nothing listens at the address', async () => {
    const { exitCode, err } = await holdfast('executions --url http://127.0.0.1:1')
    expect(exitCode).toBe(5)
    expect(err).toContain('http://127.0.0.1:1')
  })

  it.each([
    ['an unknown command', 'exections', /did you mean executions\? holdfast --help tells more/],
    ['an unknown option', 'executions --statsu failed', /did you mean --status\? holdfast executions --help/],
    ['a wrong value', 'executions --status broken', /accepted +running, succeeded, failed/],
    ['a missing argument', 'stop', /Missing required argument/],
    ['too many arguments', 'show a:b c', /Too many arguments/],
    ['a word that names no single execution', 'stop order', /does not name one execution[\s\S]*--status running/],
    ['a file that is not there', 'asl check missing.json', /Cannot read missing\.json: there is no such file/],
    ['a module that is not there', 'asl check missing.ts', /Cannot read missing\.ts: there is no such file/],
    ['a wrong port', 'up --port 70000', /accepted +a whole number from 0 to 65535/],
    ['a wrong address', 'executions --url nonsense', /is no address/],
    ['an input that is no JSON', 'asl run x.json --input {', /The input is no JSON/],
  ])('ends with 2 for %s', async (_name, line, words) => {
    const { exitCode, err } = await holdfast(line)
    expect(err).toMatch(words)
    expect(exitCode).toBe(2)
  })

  it('has help with examples for every command', async () => {
    const lines = [
      'up',
      'down',
      'executions',
      'show',
      'stop',
      'asl check',
      'asl run',
      'asl graph',
      'asl test',
      'audit verify',
      'audit export',
    ]
    for (const line of lines) {
      const { exitCode, out } = await holdfast(`${line} --help`)
      expect({ line, exitCode }).toEqual({ line, exitCode: 0 })
      expect(out).toMatch(/Examples:\n {2}# .*\n {2}holdfast /)
      expect(out).toContain('--json')
    }
    expect((await holdfast('--help')).out).toContain('Exit codes: 0 ok, 1 failed')
  })

  it('checks a definition and says where it is wrong', async () => {
    writeFileSync(join(home.path, 'good.json'), JSON.stringify(hello))
    writeFileSync(
      join(home.path, 'bad.json'),
      JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } }),
    )
    expect(await holdfast('asl check good.json')).toMatchObject({
      exitCode: 0,
      out: '✓ good.json is a valid state machine\n',
    })
    const bad = await holdfast('asl check bad.json')
    expect(bad.exitCode).toBe(1)
    expect(bad.out).toContain('✗ bad.json: 2 errors\n')
    expect(bad.out).toContain(
      "✗ bad.json:1:45  /States/A/Next\n    Missing 'Next' target: B  MISSING_TRANSITION_TARGET\n",
    )
    expect(JSON.parse((await holdfast('asl check bad.json --json')).out)).toMatchObject({
      ok: false,
      diagnostics: [{ severity: 'ERROR' }, { severity: 'ERROR' }],
    })
    const piped = await holdfast('asl check -', { input: '{"StartAt":' })
    expect(piped.exitCode).toBe(1)
  })

  it('draws a definition in three languages', async () => {
    writeFileSync(join(home.path, 'good.json'), JSON.stringify(hello))
    expect((await holdfast('asl graph good.json')).out).toContain('▶ Greet  Pass')
    expect((await holdfast('asl graph good.json --dot')).out).toContain('digraph machine')
    expect((await holdfast('asl graph good.json --mermaid')).out).toContain('stateDiagram-v2')
    expect(JSON.parse((await holdfast('asl graph good.json --json')).out)).toMatchObject({ startAt: 'Greet' })
    writeFileSync(join(home.path, 'empty.json'), '{}')
    expect(await holdfast('asl graph empty.json')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('holds no states'),
    })
  })

  it('does not let the network in without authentication', async () => {
    const { exitCode, err } = await holdfast('up --auth none --host 0.0.0.0 --port 0 --data exposed')
    expect(exitCode).toBe(3)
    expect(err).toContain('app.auth_none_exposed')
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
