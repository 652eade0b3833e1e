/**
 * Our API fuzzed from its own OpenAPI document by schemathesis, as an admin: nothing it sends makes the server fail, each refusal is a problem
 * that names the place and what is accepted (FUZZ_REFUSALS=0 only tells of those that do not), and afterwards every list can be read and the
 * trail proves itself. A limit of time bounds it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skip, startHoldfast } from '../holdfast.ts'

const work = mkdtempSync(join(tmpdir(), 'holdfast-schemathesis-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60)
/** The same requests in each run, so that what is green stays green; FUZZ_SEED=random looks further. */
const seed = process.env['FUZZ_SEED'] ?? '20261101'
const version = 'schemathesis==4.32.5'

/** Ends what answers; and what goes on until the caller leaves. */
const left = [
  ...['/v1/stop', '/v1/trail/changes', '/v1/trail/export', '/v1/hosts/{host}/commands/next'],
  // It learns ids from answers, and would take away its own token: from then on everything is 401 and nothing is tried.
  '/v1/tokens/{id}/revoke',
]

const hooks = `import schemathesis

@schemathesis.check
def every_refusal_is_a_problem(ctx, response, case):
    if not 400 <= response.status_code < 500:
        return
    kind = response.headers.get("content-type", [None])[0]
    assert kind is not None and kind.startswith("application/problem+json"), f"{response.status_code} is {kind}"
    body = response.json()
    missing = [name for name in ("type", "title", "status", "detail", "code", "requestId") if not body.get(name)]
    assert not missing, f"without {missing}: {body}"
    if response.status_code in (400, 413, 415, 422):
        assert body.get("place"), f"names no place: {body}"
        assert any(body.get(name) for name in ("accepted", "errors", "repair")), f"says not what is accepted: {body}"
`

function install(): string {
  const folder = join(work, 'python')
  const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' })
  if (made.error !== undefined || made.status !== 0) skip('python3 with venv is not here')
  const pip = join(folder, 'bin', 'pip')
  const installed = spawnSync(pip, ['install', '--quiet', '--disable-pip-version-check', version], { timeout: 120_000 })
  if (installed.status !== 0) skip(`pip does not reach ${version}`)
  return join(folder, 'bin', 'schemathesis')
}

const program = process.env['SCHEMATHESIS'] ?? install()
const hooksFile = join(work, 'hooks.py')
writeFileSync(hooksFile, hooks)
const holdfast = await startHoldfast({}, undefined, 'token')
const token = readFileSync(join(holdfast.data, 'admin-token'), 'utf8').trim()
const run = spawnSync(
  program,
  [
    ...['run', `${holdfast.url}/v1/openapi.json`, '--url', holdfast.url],
    ...['--header', `Authorization: Bearer ${token}`],
    ...left.flatMap((path) => ['--exclude-path', path]),
    // Streams of events end when what they tell of ends.
    ...['--exclude-path-regex', '/events$'],
    ...['--checks', 'not_a_server_error,every_refusal_is_a_problem'],
    ...['--phases', 'coverage,fuzzing', '--max-time', String(seconds), '--max-examples', '25', '--workers', '2'],
    ...(seed === 'random' ? [] : ['--seed', seed]),
    ...['--request-timeout', '20', '--no-shrink', '--continue-on-failure', '--warnings', 'off', '--no-color'],
  ],
  { encoding: 'utf8', cwd: work, env: { ...process.env, SCHEMATHESIS_HOOKS: hooksFile, PYTHONUNBUFFERED: '1' } },
)
// A server that fell over would be seen here at the latest, and so would what it has stored and cannot read.
const health = await fetch(`${holdfast.url}/v1/health`).then(
  ({ status }) => status,
  () => 0,
)
const unreadable = health === 200 ? await unreadableLists() : ['everything']
await holdfast.stop()
console.log(`${run.stdout}${run.stderr}`)
console.log(`health afterwards: ${health}; lists that cannot be read: ${unreadable.join(', ') || 'none'}`)
const tested = Number(/Tested: (\d+)/.exec(run.stdout)?.[1] ?? 0)
const fellOver = /server error/i.test(run.stdout)
console.log(`tested ${tested} operations, ${fellOver ? 'the server failed' : 'the server never failed'}`)
// Not its exit code: it ends with 1 also when its own generator gives up on a schema, and then nothing was sent.
const refusedBadly = /=+ FAILURES =+|Network Error/.test(run.stdout)
const isStrict = process.env['FUZZ_REFUSALS'] !== '0'
process.exit(
  tested >= 100 && !fellOver && health === 200 && unreadable.length === 0 && (!isStrict || !refusedBadly) ? 0 : 1,
)

type Page = { readonly cursor?: string; readonly ok?: boolean }

/** Every list of the document, page by page, and the proof of the trail: each row is written by its schema, or its page fails. */
async function unreadableLists(): Promise<readonly string[]> {
  const get = (path: string) => fetch(`${holdfast.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const { paths } = (await (await get('/v1/openapi.json')).json()) as { paths: Record<string, object> }
  const lists = Object.keys(paths).filter(
    (path) => 'get' in (paths[path] ?? {}) && !path.includes('{') && !left.includes(path) && !path.endsWith('/events'),
  )
  const failed: string[] = []
  for (const path of lists) {
    let cursor: string | undefined
    for (let pages = 0; pages < 500; pages++) {
      const answer = await get(cursor === undefined ? path : `${path}?cursor=${encodeURIComponent(cursor)}`)
      const text = await answer.text()
      const page: Page = answer.headers.get('content-type')?.includes('json') === true ? Object(JSON.parse(text)) : {}
      // What needs a parameter is refused without it; proof is asked of one of them.
      if (answer.status >= 500 || answer.status === 401 || (path === '/v1/trail/verify' && page.ok !== true))
        failed.push(`${path} (${answer.status})`)
      cursor = page.cursor
      if (answer.status !== 200 || cursor === undefined) break
    }
  }
  return failed
}
