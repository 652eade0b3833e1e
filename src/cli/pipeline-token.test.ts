import { expect, it } from 'vitest'
import { pipelineToken } from './pipeline-token.ts'
import { worldFor } from './test-world.ts'

const github = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://vstoken.example/id?api-version=2',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'proof',
}
const server = 'https://holdfast.acme.example'

/** Answers as GitHub and a server would; a token lives so long. */
function answering(livesMs: number) {
  const asked: { url: string; authorization: string | null; body: string }[] = []
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const body = typeof init.body === 'string' ? init.body : ''
    asked.push({ url, authorization: new Headers(init.headers).get('authorization'), body })
    if (url.startsWith('https://vstoken')) return Response.json({ value: `id-${asked.length}` })
    const expiresAt = new Date(Date.now() + livesMs).toISOString()
    return Response.json({ secret: `hf_${asked.length}`, expiresAt, grants: [] }, { status: 201 })
  }
  return { asked, send }
}

it('a job of GitHub Actions asks for an ID token for this server and exchanges it, once as long as it lives', async () => {
  const { asked, send } = answering(900_000)
  const token = pipelineToken(worldFor('/', { environment: github }), server, send)
  expect(await token?.()).toBe('hf_2')
  expect(await token?.()).toBe('hf_2')
  expect(asked).toEqual([
    {
      url: 'https://vstoken.example/id?api-version=2&audience=https%3A%2F%2Fholdfast.acme.example',
      ...{ authorization: 'Bearer proof', body: '' },
    },
    { url: `${server}/v1/ci/tokens`, authorization: null, body: '{"token":"id-1"}' },
  ])
})

it('asks anew before it is over, and for the audience that it is told', async () => {
  const { asked, send } = answering(30_000)
  const environment = { ...github, HOLDFAST_CI_AUDIENCE: 'holdfast' }
  const token = pipelineToken(worldFor('/', { environment }), server, send)
  expect([await token?.(), await token?.()]).toEqual(['hf_2', 'hf_4'])
  expect(asked[0]?.url).toContain('audience=holdfast')
})

it('a job of GitLab exchanges what its variable holds; nothing is asked outside of a pipeline', async () => {
  const { asked, send } = answering(900_000)
  const token = pipelineToken(worldFor('/', { environment: { HOLDFAST_ID_TOKEN: 'jwt' } }), server, send)
  expect(await token?.()).toBe('hf_1')
  expect(asked.map(({ body }) => body)).toEqual(['{"token":"jwt"}'])
  expect(pipelineToken(worldFor('/', { environment: {} }), server, send)).toBeUndefined()
  expect(pipelineToken(worldFor('/', { environment: { HOLDFAST_ID_TOKEN: '' } }), server, send)).toBeUndefined()
})

it('what the server refuses is told in its words', async () => {
  const send = async (): Promise<Response> =>
    Response.json({ detail: 'No rule lets repo:x do anything here', repair: 'add a rule' }, { status: 403 })
  const token = pipelineToken(worldFor('/', { environment: { HOLDFAST_ID_TOKEN: 'jwt' } }), server, send)
  await expect(token?.()).rejects.toMatchObject({
    ...{ code: 'cli.pipeline_refused', message: 'No rule lets repo:x do anything here', repair: 'add a rule' },
  })
})
