/** Commands that need no server, and every way of calling one wrongly. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runIn, temporaryFolder, type TestWorldOptions } from './test-world.ts'

const hello = {
  StartAt: 'Greet',
  States: { Greet: { Type: 'Pass', Result: 'hello', End: true } },
}

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

  it('tells wrong usage as JSON when asked', async () => {
    const { exitCode, out, err } = await holdfast('executions --json --statsu failed')
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(JSON.parse(err).error).toMatchObject({
      code: 'cli.usage',
      message: "Unknown option '--statsu'",
      repair: 'did you mean --status? holdfast executions --help tells more',
    })
  })

  it('breaks what it says between words on a narrow terminal, and not at all in a pipe', async () => {
    const narrow = await holdfast('executions', { terminal: true, columns: 50, environment: { NO_COLOR: '1' } })
    expect(narrow.err).toMatch(
      /\n {2}accepted {2}a running server on this folder, or\n {12}its address in --url or HOLDFAST_URL\n/,
    )
    expect((await holdfast('executions')).err.split('\n')).toHaveLength(5)
  })

  it('has help with examples for every command', async () => {
    const lines = [
      'up',
      'down',
      'executions',
      'show',
      'stop',
      ...['deploy', 'status', 'rollback', 'why', 'halt', 'pause', 'resume', 'retry', 'history', 'diff', 'logs'],
      ...['locks', 'lock', 'unlock', 'break', 'keys add', 'keys list', 'keys revoke'],
      ...['connections add', 'connections list', 'connections remove'],
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

  it('does not send tokens over the network without TLS, unless told', async () => {
    const { exitCode, err } = await holdfast('up --host 0.0.0.0 --port 0 --data exposed')
    expect(exitCode).toBe(3)
    expect(err).toContain('app.plain_http_exposed')
    expect(err).toContain('--insecure-http')
  })
})
