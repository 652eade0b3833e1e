/** Where somebody leads a Holdfast that calls for them: to addresses inside. Nothing is called, and the trail says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ciSettingsSchema } from '../../src/identity/ci/settings.ts'
import { unsigned } from '../../src/identity/fake-issuer.fake.ts'
import { signOnSettingsSchema } from '../../src/identity/settings.ts'
import { type Holdfast, openHoldfast } from './holdfast.ts'
import { expectTold, refusals } from './told.ts'

let holdfast: Holdfast
beforeAll(async () => {
  holdfast = await openHoldfast({
    signOn: signOnSettingsSchema.parse({ corp: { name: 'Corp', issuer: 'https://10.0.0.1', clientId: 'holdfast' } }),
    ci: ciSettingsSchema.parse({
      cloud: {
        ...{ issuer: 'https://169.254.169.254', audience: 'here' },
        rules: [{ claims: { sub: 'repo:acme/shop' }, may: ['viewer'] }],
      },
    }),
  })
})
afterAll(async () => {
  await holdfast.stop()
  holdfast.remove()
})

describe('a task that is led to what is not public', () => {
  const targets = [
    'http://127.0.0.1:1/',
    'https://127.0.0.1:1/',
    'https://127.1:1/',
    'https://localhost:1/',
    'https://[::1]:1/',
    'https://[::]:1/',
    'https://[::ffff:127.0.0.1]:1/',
    'https://[::ffff:7f00:1]:1/',
    'https://[::127.0.0.1]:1/',
    'https://[64:ff9b::127.0.0.1]:1/',
    'https://[64:ff9b::a9fe:a9fe]/latest/meta-data/',
    'https://[2002:7f00:1::]:1/',
    'https://2130706433:1/',
    'https://0x7f.1:1/',
    'https://0177.0.0.1:1/',
    'https://0:1/',
    'https://0.0.0.0:1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://2852039166/latest/meta-data/',
    'https://[fd00:ec2::254]/latest/meta-data/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://100.100.100.200/',
    'https://168.63.129.16/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.0.1/',
    'https://100.64.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
  ]

  it('calls nothing, and its history says why', async () => {
    const allowedHosts = [...new Set(targets.map((url) => `${new URL(url).hostname}:*`))]
    const authorization = { kind: 'apiKey', name: 'X-Key', value: 'some secret value' }
    const added = await holdfast.asAdmin('POST /v1/connections', { name: 'led', allowedHosts, authorization })
    expect([added.status, added.text]).toEqual([201, added.text])
    const Parameters = {
      ...{ 'ApiEndpoint.$': '$.url', Method: 'GET' },
      Authentication: { ConnectionArn: 'arn:aws:events:us-east-1:000000000000:connection/led/1' },
    }
    const Call = { Type: 'Task', Resource: 'arn:aws:states:::http:invoke', Parameters, End: true }
    const definition = JSON.stringify({ StartAt: 'Call', States: { Call } })
    expect((await holdfast.asAdmin('POST /v1/machines', { name: 'led', definition })).status).toBe(201)
    for (const [at, url] of targets.entries()) {
      await holdfast.asAdmin('POST /v1/executions', { machine: 'led', name: `to-${at}`, input: { url } })
      const events = await holdfast.asAdmin(`GET /v1/executions/led:to-${at}/events`)
      expect([url, events.text.includes('is not called')]).toEqual([url, true])
      expect([url, /ECONN|EHOST|ENET/.test(events.text)]).toEqual([url, false])
    }
    await expect.poll(() => refusals(holdfast, 'outbound.refused').then((told) => told.length)).toBe(targets.length)
    const told = await refusals(holdfast, 'outbound.refused')
    for (const [at, url] of targets.entries()) {
      const { actor, subject, change } = told.find(({ actor: { id } }) => id.endsWith(`:led:to-${at}`)) ?? {}
      expect([url, actor?.id]).toEqual([url, expect.stringContaining('execution:led:')])
      expect(subject).toEqual({ type: 'address', id: new URL(url).hostname.replaceAll(/^\[|\]$/g, '') })
      expect(change).toEqual({
        reason: 'outbound.refused',
        why: expect.stringMatching(/^it is|^plain http/),
        connection: 'led',
      })
    }
  })
})

describe('who else is asked over the network', () => {
  const refusedCall = (id: string, host: string, more: object = {}) =>
    expectTold(
      holdfast,
      {
        actor: expect.objectContaining({ id: expect.stringContaining(id) }),
        subject: { type: 'address', id: host },
        change: expect.objectContaining({ reason: 'outbound.refused', ...more }),
      },
      'outbound.refused',
    )

  it('an issuer of ID tokens that lies inside is not asked', async () => {
    const token = unsigned({ iss: 'https://169.254.169.254', sub: 'repo:acme/shop' })
    const answer = await holdfast.call('POST /v1/ci/tokens', { body: { token } })
    expect(answer).toMatchObject({ status: 503, code: 'identity.provider_unavailable' })
    await refusedCall('provider/cloud', '169.254.169.254')
  })

  it('an identity provider that lies inside is not asked', async () => {
    const headers = { origin: `http://${new URL(holdfast.url).host}` }
    const answer = await holdfast.call('POST /v1/sign-on', { headers, body: { provider: 'corp' } })
    expect(answer).toMatchObject({ status: 503, code: 'identity.provider_unavailable' })
    await refusedCall('provider/corp', '10.0.0.1')
  })

  it('a token endpoint that lies inside is not asked, and the record names the connection', async () => {
    const authorization = {
      ...{ kind: 'oauth', endpoint: 'https://[fd00:ec2::254]/token', method: 'POST' },
      ...{ clientId: 'me', clientSecret: 'some secret value' },
    }
    const added = { name: 'inner', allowedHosts: ['api.example'], authorization }
    expect((await holdfast.asAdmin('POST /v1/connections', added)).status).toBe(201)
    const Authentication = { ConnectionArn: 'arn:aws:events:us-east-1:000000000000:connection/inner/1' }
    const Parameters = { ApiEndpoint: 'https://api.example/', Method: 'GET', Authentication }
    const Call = { Type: 'Task', Resource: 'arn:aws:states:::http:invoke', Parameters, End: true }
    const definition = JSON.stringify({ StartAt: 'Call', States: { Call } })
    await holdfast.asAdmin('POST /v1/machines', { name: 'inner', definition })
    await holdfast.asAdmin('POST /v1/executions', { machine: 'inner', name: 'run' })
    const events = await holdfast.asAdmin('GET /v1/executions/inner:run/events')
    expect(events.text).toContain('Events.ConnectionResource.InvalidConnectionState')
    await refusedCall('execution:inner:run', 'fd00:ec2::254', { connection: 'inner' })
  })
})
