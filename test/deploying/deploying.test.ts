/** Deploying as it is done: over HTTP, with signed releases, to a target that is really changed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answer, Client } from './client.ts'
import { type Plane, startPlane } from './control-plane.ts'
import { build, type Document, page, place, placePath, publicKey, signed, strangersKey } from './site.ts'

let folder: string
let plane: Plane
let client: Client

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-deploying-'))
  plane = await startPlane(folder)
  client = new Client(plane)
  await client.call('POST /v1/keys', { name: 'ci', publicKey })
})
afterEach(async () => {
  await plane.stop()
  rmSync(folder, { recursive: true, force: true })
})

const idIn = ({ body }: Answer): string => z.looseObject({ id: z.string() }).parse(body).id

async function endOf(id: string): Promise<unknown> {
  for await (const { event, data } of client.events(`GET /v1/deployments/${id}/events`)) {
    if (event === 'end') return JSON.parse(data)
  }
  return undefined
}

/** Deploys it and waits for the end. */
async function deployed(document: Document): Promise<{ readonly id: string; readonly end: unknown }> {
  const begun = await client.call('POST /v1/deployments', signed(document))
  expect(begun).toMatchObject({ status: 201 })
  const id = idIn(begun)
  expect(begun.headers.get('location')).toBe(`/v1/deployments/${id}`)
  return { id, end: await endOf(id) }
}

describe('a release', () => {
  it('is planned, deployed as planned, watched, told about, and taken back', async () => {
    const first = signed(await build(folder, '1'))
    const planned = await client.call('POST /v1/deployments/plan', { release: first.release })
    expect(planned).toMatchObject({ status: 200, body: { problems: [] } })
    const { hash, text } = z.looseObject({ hash: z.string(), text: z.string() }).parse(planned.body)
    expect(text).toContain('+ copy the files of docs')

    const begun = await client.call('POST /v1/deployments', { ...first, planHash: hash })
    expect(begun.status).toBe(201)
    const id = idIn(begun)
    expect(await endOf(id)).toMatchObject({ id, status: 'succeeded', planHash: hash, calls: [{ status: 'done' }, {}] })
    expect(page(folder)).toBe('version 1')
    expect(await client.call(`GET /v1/deployments/${id}/plan`)).toMatchObject({ status: 200, body: { hash, text } })

    const second = await deployed(await build(folder, '2'))
    expect(second.end).toMatchObject({ status: 'succeeded', serving: { fleet: second.id }, warm: { fleet: id } })
    expect(await client.call(`GET /v1/deployments/${id}/diff/${second.id}`)).toMatchObject({
      status: 200,
      body: { from: { id }, to: { id: second.id }, release: expect.arrayContaining([expect.anything()]) },
    })

    const back = await client.call('POST /v1/rollbacks', place)
    expect(back).toMatchObject({ status: 201, body: { outcome: 'rollback' } })
    const { deployment } = z.looseObject({ deployment: z.string() }).parse(back.body)
    expect(await endOf(deployment)).toMatchObject({ status: 'succeeded', kind: 'rollback' })
    expect(page(folder)).toBe('version 1')

    expect(await client.call(`GET ${placePath}`)).toMatchObject({
      body: { serving: { fleet: id }, closed: null, history: [{ id: deployment }, { id: second.id }, { id }] },
    })
    expect(await client.call('GET /v1/places')).toMatchObject({ body: { items: [{ ...place, servingFleet: id }] } })
    expect(await client.call('GET /v1/deployments?limit=2')).toMatchObject({
      body: { items: [{ id: deployment }, { id: second.id }], cursor: '2' },
    })
    const older = await client.call('GET /v1/deployments?limit=2&cursor=2&project=acme%2Fsite')
    expect(older.body).toEqual({ items: [expect.objectContaining({ id })] })
  })

  it('whose plan is no longer the one agreed to is not deployed', async () => {
    const begun = await client.call('POST /v1/deployments', {
      ...signed(await build(folder, '1')),
      planHash: 'a'.repeat(64),
    })
    expect(await endOf(idIn(begun))).toMatchObject({ status: 'failed', diagnosis: { class: 'consistency' } })
  })

  it('that is broken comes back and explains itself', async () => {
    await deployed(await build(folder, '1'))
    const { id, end } = await deployed(await build(folder, '2', { services: { docs: { index: 'start.html' } } }))
    expect(end).toMatchObject({ status: 'failed' })
    expect(page(folder)).toBe('version 1')
    expect(await client.call(`GET /v1/deployments/${id}/why`)).toMatchObject({
      status: 200,
      body: {
        deployment: { id, status: 'failed' },
        diagnosis: { class: 'health', state: 'CheckHealth', what: expect.stringContaining('start.html') },
      },
    })
  })

  it('is kept as it was signed, digit by digit', async () => {
    const document = await build(folder, '1', { metadata: { note: '"\u00e9\u2028\ud83d\ude00' } })
    const { release, signature } = signed(document)
    // The same values, spelled otherwise: other order, white space, escapes, exponents.
    const text = JSON.stringify(
      { signature, release: Object.fromEntries(Object.entries(release).toReversed()) },
      null,
      3,
    )
    const begun = await client.call('POST /v1/deployments', text.replaceAll('\u00e9', '\\u00e9'))
    expect(begun.status).toBe(201)
    const { releaseId } = z.looseObject({ releaseId: z.string() }).parse(begun.body)
    await endOf(idIn(begun))
    const kept = await client.call(`GET /v1/releases/${releaseId}`)
    expect(kept).toMatchObject({
      status: 200,
      body: { document: release, keyId: signature.key, signature: signature.value },
    })
  })

  it.each<[string, (document: Document) => unknown, number, string, object]>([
    ['with a forged signature', (document) => signed(document, strangersKey), 403, 'deploy.key_unknown', {}],
    [
      'changed after it was signed',
      (document) => ({ ...signed(document), release: { ...document, timeout: '31m' } }),
      403,
      'deploy.signature_invalid',
      { place: 'signature.value' },
    ],
    [
      'signed eleven days ago',
      (document) => signed({ ...document, createdAt: new Date(Date.now() - 11 * 86_400_000).toISOString() }),
      422,
      'deploy.release_stale',
      { place: 'createdAt', accepted: 'at most 10 days ago' },
    ],
    [
      'dated tomorrow',
      (document) => signed({ ...document, createdAt: new Date(Date.now() + 86_400_000).toISOString() }),
      422,
      'deploy.release_future',
      { place: 'createdAt' },
    ],
    [
      'with a wrong key',
      (document) => signed({ ...document, services: { docs: { instanses: 1 } } }),
      422,
      'deploy.release_invalid',
      { place: 'services.docs.instanses', repair: 'write "instances"' },
    ],
    [
      'with a key that no object should have',
      (document) => {
        const { release, signature } = signed(document)
        return `{"signature":${JSON.stringify(signature)},"release":${JSON.stringify(release).replace('{', '{"__proto__":{"a":1},')}}`
      },
      422,
      'deploy.release_invalid',
      { place: '__proto__' },
    ],
    [
      'for a target nobody knows',
      (document) => signed({ ...document, target: 'static-file' }),
      422,
      'deploy.target_unknown',
      { place: 'target', repair: 'write "static-files"' },
    ],
    [
      'that is no object',
      (document) => ({ ...signed(document), release: 'all of it' }),
      422,
      'deploy.request_invalid',
      {},
    ],
    [
      'beside an unknown member',
      (document) => ({ ...signed(document), planhash: 'x' }),
      400,
      'api.request',
      { place: 'body.planhash', detail: expect.stringContaining('did you mean "planHash"?') },
    ],
  ])('%s is refused, with what is wrong', async (_what, made, status, code, problem) => {
    const answer = await client.call('POST /v1/deployments', made(await build(folder, '1')))
    expect(answer).toMatchObject({ status, body: { code, ...problem } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect((await client.call('GET /v1/deployments')).body).toEqual({ items: [] })
  })

  it('is accepted once: a repetition with its key is answered again, any other is refused', async () => {
    const release = signed(await build(folder, '1'))
    const key = { 'idempotency-key': 'build-1' }
    const begun = await client.call('POST /v1/deployments', release, key)
    const again = await client.call('POST /v1/deployments', release, key)
    expect(again.body).toEqual(begun.body)
    await endOf(idIn(begun))
    const replayed = await client.call('POST /v1/deployments', release)
    expect(replayed).toMatchObject({
      status: 409,
      body: { code: 'deploy.release_replayed', repair: expect.stringContaining('rollback') },
    })
  })
})

describe('a place', () => {
  it('that somebody has locked says who, and opens when they let go', async () => {
    const locked = await client.call('POST /v1/locks', { ...place, reason: 'the accounts are closed', for: '1h' })
    expect(locked).toMatchObject({ status: 201, body: { ...place, kind: 'person', reason: 'the accounts are closed' } })
    const { owner } = z.looseObject({ owner: z.string() }).parse(locked.body)
    expect(await client.call('GET /v1/locks')).toMatchObject({ body: { items: [{ owner }] } })

    const refused = await client.call('POST /v1/deployments', signed(await build(folder, '1')))
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'deploy.locked', detail: expect.stringContaining('local admin has locked acme/site/production') },
    })
    expect(await client.call(`GET ${placePath}`)).toMatchObject({ body: { closed: { owner } } })
    expect((await client.call('POST /v1/locks/release', place)).status).toBe(204)
    expect((await deployed(await build(folder, '2'))).end).toMatchObject({ status: 'succeeded' })
    expect(await client.call('POST /v1/locks/break', { ...place, reason: 'why not' })).toMatchObject({
      status: 404,
      body: { code: 'deploy.lock_missing' },
    })
  })
})

describe('a deployment under way', () => {
  /** The second version, with its traffic on it and an hour to go. */
  async function underWay(): Promise<string> {
    await deployed(await build(folder, '1'))
    const strategy = { kind: 'all-at-once', bake: { for: '1h' } }
    const id = idIn(await client.call('POST /v1/deployments', signed(await build(folder, '2', { strategy }))))
    await until(id, ({ state }) => state === 'Watch')
    expect(page(folder)).toBe('version 2')
    return id
  }

  const seen = z.looseObject({ state: z.string(), status: z.string() })

  async function until(id: string, isSo: (deployment: z.infer<typeof seen>) => boolean): Promise<void> {
    for await (const { data } of client.events(`GET /v1/deployments/${id}/events`)) {
      if (isSo(seen.parse(JSON.parse(data)))) return
    }
    throw new Error('it ended before')
  }

  it('is paused, resumed and halted, and told why', async () => {
    const id = await underWay()
    const paused = await client.call(`POST /v1/deployments/${id}/pause`, { reason: 'lunch' })
    expect(paused).toMatchObject({ status: 202, body: { control: 'pause', controlReason: 'lunch' } })
    await until(id, ({ status }) => status === 'paused')
    expect((await client.call(`POST /v1/deployments/${id}/resume`, { from: 'Wach' })).body).toMatchObject({
      code: 'deploy.state_unknown',
      repair: 'write "Watch"',
    })
    expect(await client.call(`POST /v1/deployments/${id}/resume`)).toMatchObject({
      status: 202,
      body: { control: 'run' },
    })
    await until(id, ({ status, state }) => status === 'running' && state === 'Watch')
    expect(await client.call(`POST /v1/deployments/${id}/halt`, { reason: 'an alarm' })).toMatchObject({ status: 202 })
    expect(await endOf(id)).toMatchObject({ status: 'halted', diagnosis: { class: 'halted', what: 'an alarm' } })
    expect(page(folder)).toBe('version 1')
    expect(await client.call(`POST /v1/deployments/${id}/halt`)).toMatchObject({
      status: 409,
      body: { code: 'deploy.ended', detail: expect.stringContaining('halted') },
    })
  })

  it('keeps others out, and is halted by a rollback', async () => {
    const id = await underWay()
    expect(await client.call('POST /v1/deployments', signed(await build(folder, '3')))).toMatchObject({
      status: 409,
      body: { code: 'deploy.locked', detail: expect.stringContaining(`${id} is under way`) },
    })
    const back = await client.call('POST /v1/rollbacks', { ...place, reason: 'complaints' })
    expect(back).toMatchObject({ status: 200, body: { outcome: 'halted', deployment: id } })
    expect(await endOf(id)).toMatchObject({ status: 'halted', controlReason: 'complaints' })
    const again = await client.call(`POST /v1/deployments/${id}/retry`)
    expect(again).toMatchObject({ status: 201 })
    expect(await client.call(`GET /v1/deployments/${idIn(again)}`)).toMatchObject({ body: { retryOf: id } })
  })
})

describe('a key', () => {
  it('that was revoked signs nothing more', async () => {
    const { body } = await client.call('GET /v1/keys')
    const [key] = z.object({ items: z.array(z.looseObject({ id: z.string() })) }).parse(body).items
    expect((await client.call(`POST /v1/keys/${key?.id}/revoke`)).status).toBe(204)
    expect(await client.call('GET /v1/keys')).toMatchObject({ body: { items: [{ revokedAt: expect.any(String) }] } })
    const refused = await client.call('POST /v1/deployments', signed(await build(folder, '1')))
    expect(refused).toMatchObject({ status: 403, body: { code: 'deploy.key_revoked' } })
  })
})

describe('the events of a deployment', () => {
  it('end with the deployment; who comes back afterwards is told that there is nothing more', async () => {
    const id = idIn(await client.call('POST /v1/deployments', signed(await build(folder, '1'))))
    const path = `GET /v1/deployments/${id}/events`
    const seen: { readonly event: string; readonly id: string | undefined }[] = []
    for await (const { event, id: at } of client.events(path)) seen.push({ event, id: at })
    expect(seen.at(-1)?.event).toBe('end')
    expect(seen.filter(({ event }) => event === 'end')).toHaveLength(1)
    expect(await client.call(path, undefined, { 'last-event-id': seen.at(-1)?.id ?? '' })).toMatchObject({
      status: 204,
    })

    const again: string[] = []
    for await (const { event } of client.events(path, { 'last-event-id': seen[0]?.id ?? '' })) again.push(event)
    expect(again).toEqual(['deployment', 'end'])
  })

  it('of one that is not there are a problem', async () => {
    expect(await client.call('GET /v1/deployments/dep_none/events')).toMatchObject({
      status: 404,
      body: { code: 'deploy.deployment_missing', repair: expect.stringContaining('history') },
    })
  })
})

describe('the schema of release files', () => {
  it('is what editors need', async () => {
    expect(await client.call('GET /v1/release-schemas/static-files')).toMatchObject({
      status: 200,
      body: { type: 'object', properties: { services: {}, artifact: {} }, additionalProperties: false },
    })
    expect(await client.call('GET /v1/release-schemas/statics')).toMatchObject({
      status: 422,
      body: { code: 'deploy.target_unknown', accepted: expect.stringContaining('static-files') },
    })
  })
})
