/** Whoever follows the guides to the letter gets what they say. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, type RunningServer, serverIn } from '../../src/cli/test-world.ts'

const root = join(import.meta.dirname, '../..')
const guide = (name: string): string => readFileSync(join(root, 'docs/guide', name), 'utf8')

/** The text of every fenced block of a language. */
function blocksOf(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '')
}

/** A folder as `npm install` leaves it: these packages are there, as links. */
function projectWith(...packages: readonly (readonly [name: string, from: string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-guide-'))
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const [name, from] of packages) symlinkSync(from, join(folder, 'node_modules', name), 'dir')
  return folder
}

type Ended = { readonly code: number; readonly out: string; readonly err: string }

function node(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env: { ...process.env, ...environment } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

describe('the guide to procedures', () => {
  const text = guide('procedures.md')
  let folder: string
  let server: RunningServer

  beforeAll(async () => {
    folder = projectWith(['holdfast', root], ['zod', join(root, 'node_modules/zod')])
    for (const block of blocksOf(text, 'ts')) {
      const [, name] = /^\/\/ (\S+)\n/.exec(block) ?? []
      writeFileSync(join(folder, name ?? 'nameless'), block)
    }
    writeFileSync(join(folder, 'tsconfig.json'), blocksOf(text, 'json')[0] ?? '')
    server = await serverIn(folder)
  })
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (input: string) => runIn(folder, ['asl', 'run', 'night.ts', '--input', input, '--data', 'data'])

  it('shows a command that runs the procedure, with a retry to be seen', async () => {
    const [, input = ''] = /npx holdfast asl run night\.ts --input '([^']*)'/.exec(text) ?? []
    const { exitCode, out } = await run(input)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/◌ Settle {2}failed: LedgerOpen\n[\s\S]*✓ Settle {2}.*attempt 2, after LedgerOpen/)
    expect(out).toContain('"total": 100')
  })

  it('shows a failure that is caught, and an input that starts nothing', async () => {
    expect((await run('{"day":"2026-11-21","trades":[]}')).out).toContain('"why": "nobody traded on 2026-11-21"')
    expect(await run('{"day":"soon"}')).toMatchObject({ exitCode: 1, err: expect.stringContaining('/day') })
  })

  it('shows what the compiler says about a Next to nowhere, word for word', async () => {
    const compiler = [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false']
    expect(await node(folder, compiler)).toMatchObject({ code: 0, out: '' })
    const file = join(folder, 'night.ts')
    const right = readFileSync(file, 'utf8')
    writeFileSync(file, right.replace("Next: 'Report'", "Next: 'Reprot'"))
    const { code, out } = await node(folder, compiler)
    writeFileSync(file, right)
    expect(code).not.toBe(0)
    // The guide shows it as the compiler does on a terminal.
    const shown = (blocksOf(text, 'text')[0] ?? '').trim().replace(/^(\S+?):(\d+):(\d+) - /, '$1($2,$3): ')
    expect(out).toContain(shown)
  })
})

describe('the guide to AWS’s tools', () => {
  it('has a program of the SDK that runs', async () => {
    const folder = projectWith(['@aws-sdk', join(root, 'node_modules/@aws-sdk')])
    const server = await serverIn(folder)
    try {
      writeFileSync(join(folder, 'program.js'), blocksOf(guide('aws-tools.md'), 'ts')[0] ?? '')
      const { out } = await node(folder, ['program.js'], {
        AWS_ENDPOINT_URL_SFN: server.url,
        AWS_REGION: 'us-east-1',
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'data/aws-credentials'),
      })
      expect(out).toBe('SUCCEEDED 42\n')
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
