/** The control plane is killed inside a call of a deployment: the next one brings it to a clean end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Client } from './client.ts'
import { type Death, startPlane, Victim } from './control-plane.ts'
import { build, left, page, place, placePath, publicKey, signed } from './site.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-killed-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const deployment = z.looseObject({ id: z.string(), status: z.string() })

/** The first version, deployed in peace. */
async function deployFirst(): Promise<string> {
  const plane = await startPlane(folder)
  try {
    const client = new Client(plane)
    await client.call('POST /v1/keys', { name: 'ci', publicKey })
    const { id } = deployment
      .pick({ id: true })
      .parse((await client.call('POST /v1/deployments', signed(await build(folder, '1')))).body)
    return (await endOf(client, id)).id
  } finally {
    await plane.stop()
  }
}

async function endOf(client: Client, id: string): Promise<z.infer<typeof deployment>> {
  for await (const { event, data } of client.events(`GET /v1/deployments/${id}/events`)) {
    if (event === 'end') return deployment.parse(JSON.parse(data))
  }
  throw new Error('there was no end')
}

const deaths: readonly (readonly [string, Death, 'succeeded' | 'failed'])[] = [
  ['before the files are copied', { call: 'copyFiles', moment: 'before' }, 'succeeded'],
  ['when they are copied', { call: 'copyFiles', moment: 'after' }, 'succeeded'],
  ['before the switch', { call: 'point', moment: 'before' }, 'succeeded'],
  ['when it has switched', { call: 'point', moment: 'after' }, 'succeeded'],
  ['before the copy is taken back', { call: 'copyFiles', moment: 'before', undo: true }, 'failed'],
  ['when the copy is taken back', { call: 'copyFiles', moment: 'after', undo: true }, 'failed'],
]

describe('a control plane that is killed', () => {
  it.each(deaths)('%s: the next one brings the deployment to a clean end', async (_when, death, status) => {
    const first = await deployFirst()
    const services = { docs: { index: status === 'failed' ? 'start.html' : 'index.html' } }
    const victim = new Victim(folder, death)
    let id: string
    try {
      const client = new Client(await victim.up)
      const begun = await client.call('POST /v1/deployments', signed(await build(folder, '2', { services })))
      id = z.looseObject({ id: z.string() }).parse(begun.body).id
      await victim.reached
    } finally {
      await victim.kill()
    }
    expect(page(folder)).toBe(death.call === 'point' && death.moment === 'after' ? 'version 2' : 'version 1')

    const plane = await startPlane(folder)
    try {
      const client = new Client(plane)
      expect(await endOf(client, id)).toMatchObject({ id, status })
      const serving = status === 'succeeded' ? id : first
      expect(page(folder)).toBe(status === 'succeeded' ? 'version 2' : 'version 1')
      expect(left(folder)).toEqual(status === 'succeeded' ? [first, id].toSorted() : [first])
      expect((await client.call('GET /v1/locks')).body).toEqual({ items: [] })
      expect(await client.call(`GET ${placePath}`)).toMatchObject({
        body: { serving: { fleet: serving }, underWay: null, warm: status === 'succeeded' ? { fleet: first } : null },
      })
    } finally {
      await plane.stop()
    }
  })
})

describe('a request with an Idempotency-Key whose control plane is killed between its change and its kept answer', () => {
  const begun = z.object({ id: z.string(), releaseId: z.string(), executionArn: z.string() })

  /** Sent, carried out, and never answered. */
  async function lost(line: string, body: unknown, key = 'the-same'): Promise<void> {
    const victim = new Victim(folder, { call: 'answer', moment: 'after' })
    try {
      const client = new Client(await victim.up)
      const sent = client.call(line, body, { 'idempotency-key': key }).catch(() => undefined)
      await victim.reached
      await victim.kill()
      expect(await sent).toBeUndefined()
    } finally {
      await victim.kill()
    }
  }

  it('is answered as the first time would have been, and begins nothing twice: a deployment, then going back', async () => {
    const first = await deployFirst()
    const release = signed(await build(folder, '2'))
    await lost('POST /v1/deployments', release)
    const plane = await startPlane(folder)
    try {
      const client = new Client(plane)
      const again = () => client.call('POST /v1/deployments', release, { 'idempotency-key': 'the-same' })
      const answer = await again()
      expect(answer.status).toBe(201)
      expect(answer.headers.get('idempotency-replayed')).toBe('true')
      const { id } = begun.parse(answer.body)
      expect(answer.headers.get('location')).toBe(`/v1/deployments/${id}`)
      expect((await again()).text).toBe(answer.text)
      expect(await client.call('POST /v1/deployments', { ...release, planHash: 'a'.repeat(64) }, { 'idempotency-key': 'the-same' })).toMatchObject({ status: 422 }) // prettier-ignore
      expect(await endOf(client, id)).toMatchObject({ status: 'succeeded' })
      expect((await client.call('GET /v1/deployments')).body).toMatchObject({ items: [{ id }, { id: first }] })
    } finally {
      await plane.stop()
    }

    const other = await startPlane(folder)
    try {
      expect(await new Client(other).call('POST /v1/locks', { ...place, reason: 'sale day' })).toMatchObject({
        status: 201,
      })
    } finally {
      await other.stop()
    }
    const breaking = { ...place, reason: 'it cannot wait' }
    await lost('POST /v1/locks/break', breaking, 'broken')
    const opened = await startPlane(folder)
    try {
      const client = new Client(opened)
      const again = () => client.call('POST /v1/locks/break', breaking, { 'idempotency-key': 'broken' })
      const answer = await again()
      expect(answer).toMatchObject({ status: 200, body: { outcome: 'opened', owner: expect.any(String) } })
      expect(answer.headers.get('idempotency-replayed')).toBe('true')
      expect((await again()).text).toBe(answer.text)
      expect(await client.call('POST /v1/locks/break', breaking, { 'idempotency-key': 'anew' })).toMatchObject({ status: 404 }) // prettier-ignore
    } finally {
      await opened.stop()
    }

    await lost('POST /v1/rollbacks', place, 'back')
    const next = await startPlane(folder)
    try {
      const client = new Client(next)
      const answer = await client.call('POST /v1/rollbacks', place, { 'idempotency-key': 'back' })
      expect(answer).toMatchObject({ status: 201, body: { outcome: 'rollback' } })
      const { deployment: id } = z.looseObject({ deployment: z.string() }).parse(answer.body)
      expect(await endOf(client, id)).toMatchObject({ status: 'succeeded' })
      expect((await client.call(`GET ${placePath}`)).body).toMatchObject({ serving: { fleet: first } })
    } finally {
      await next.stop()
    }
  })
})
