import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runIn, temporaryFolder, type TestWorldOptions } from './test-world.ts'

const home = temporaryFolder()
afterAll(() => home.remove())

/** Starts a server and presses Ctrl-C when it is up. */
function upAndDown(words: readonly string[], options: TestWorldOptions = {}) {
  const interruption = new AbortController()
  let shown = ''
  const onOut = (text: string): void => {
    shown += text
    if (/is up at|"url"/.test(shown)) interruption.abort()
  }
  return runIn(home.path, ['up', '--port', '0', ...words], { ...options, interrupted: interruption.signal, onOut })
}

describe('holdfast up', () => {
  it('says where it is, where its data, token and log are, and what to do next', async () => {
    const environment = { NO_COLOR: '1' }
    const { exitCode, out } = await upAndDown(['--data', 'shop data'], { terminal: true, environment })
    expect(exitCode).toBe(0)
    const folder = join(home.path, 'shop data')
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^✓ Holdfast is up at http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^ {2}console {3}http:\/\/127\.0\.0\.1:\d+\/sign-in#[\w-]{43}$/),
      `  data      ${folder}`,
      `  token     ${folder}/admin-token`,
      `  logs      ${folder}/logs`,
      "  In another terminal: holdfast asl run FILE --data 'shop data'",
      '  Ctrl-C stops it; what runs goes on at the next start.',
      '■ stopped',
      '',
    ])
  })

  it('gives no sign-in link to the log of a service, also when it starts for the first time', async () => {
    const first = await upAndDown(['--data', 'service', '--json'])
    expect(JSON.parse(first.out)).not.toHaveProperty('console')
    const later = await upAndDown(['--data', 'service'])
    expect(later.out).toContain('  console   holdfast console --data service prints a link\n')
    expect(later.out + first.out + later.err + first.err).not.toContain('sign-in#')
  })

  it('names the configuration and its procedures', async () => {
    const engine = join(import.meta.dirname, '../engine/index.ts')
    const text = [
      `import { z } from ${JSON.stringify(join(import.meta.dirname, '../../node_modules/zod/index.js'))}`,
      `import { procedure } from ${JSON.stringify(engine)}`,
      'const machine = { StartAt: "A", States: { A: { Type: "Task", Resource: "task:pay", End: true } } }',
      'const parts = { input: z.any(), machine, tasks: { pay: () => 1 } }',
      'export const procedures = [procedure({ name: "order", ...parts }), procedure({ name: "refund", ...parts })]',
    ]
    writeFileSync(join(home.path, 'shop.config.ts'), text.join('\n'))
    const { exitCode, out } = await upAndDown(['--data', 'procedures', '--config', 'shop.config.ts'])
    expect(exitCode).toBe(0)
    expect(out).toContain(`  config    ${join(home.path, 'shop.config.ts')}: procedures order, refund\n`)
  })

  it('names the procedure that the checker refuses', async () => {
    const engine = join(import.meta.dirname, '../engine/index.ts')
    const text = [
      `import { z } from ${JSON.stringify(join(import.meta.dirname, '../../node_modules/zod/index.js'))}`,
      `import { procedure } from ${JSON.stringify(engine)}`,
      'const machine = { StartAt: "A", States: { A: { Type: "Pass", Next: "B" } } }',
      'export const procedures = [procedure({ name: "broken", input: z.any(), machine, tasks: {} })]',
    ]
    writeFileSync(join(home.path, 'broken.config.ts'), text.join('\n'))
    const { exitCode, err } = await upAndDown(['--data', 'broken', '--config', 'broken.config.ts', '--json'])
    expect(exitCode).toBe(1)
    expect(JSON.parse(err).error).toMatchObject({
      code: 'app.procedure_refused',
      message: expect.stringMatching(/^The machine of the procedure "broken" is not valid: .*Missing 'Next' target: B/),
      place: 'broken /States/A/Next',
    })
  })

  it('tells how the AWS tools reach it when it asks for no token', async () => {
    const { out } = await upAndDown(['--data', 'open', '--auth', 'none'])
    expect(out).toMatch(/ {2}token {5}none is asked for\n/)
    expect(out).toMatch(/ {2}aws {7}export AWS_ENDPOINT_URL_SFN=http:\/\/127\.0\.0\.1:\d+\n/)
  })
})
