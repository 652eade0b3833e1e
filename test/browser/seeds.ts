/** What the screenshots show: executions and deployments as they are met, made by the real thing. */
import { build, place, publicKey, signed } from '../deploying/site.ts'
import type { Console } from './console.ts'
import { type Api, approval } from './machines.ts'

const items = [
  { sku: 'A-7', count: 2 },
  { sku: 'B-1', count: 1 },
  { sku: 'C-3', count: 9 },
]

export async function seedExecutions(api: Api) {
  await api.approvals()
  const input = (total: number) => ({ id: 'A-7', customer: { name: 'Mika', apiKey: 'hunter2' }, items, total })
  for (const [name, total] of [
    ['order-1001', 40],
    ['order-1002', 250],
    ['order-1003', 60],
  ] as const) {
    await api.start('approval', name, input(total))
    await api.approve({ by: 'ken', at: '2026-11-30T09:00:00Z' })
  }
  await api.start('approval', 'order-1004', input(80))
  await api.call('POST /v1/executions/approval%3Aorder-1004/stop', { cause: 'the customer called' })
  await api.start('approval', 'order-1005', input(80))
  await ended(api, 'approval:order-1003')
  return {
    waiting: 'approval:order-1005',
    failed: 'approval:order-1002',
    /** Ten thousand iterations, and as many executions as a first page and more. */
    async many(): Promise<string> {
      await api.machine('stocktaking', {
        StartAt: 'Count',
        States: {
          Count: {
            Type: 'Map',
            ItemProcessor: { StartAt: 'Weigh', States: { Weigh: { Type: 'Pass', End: true } } },
            End: true,
          },
        },
      })
      for (let batch = 0; batch < 10; batch++) {
        await Promise.all(Array.from({ length: 60 }, (_, n) => api.start('stocktaking', `shelf-${batch}-${n}`, [n])))
      }
      await api.start(
        'stocktaking',
        'the-lot',
        Array.from({ length: 10_000 }, (_, n) => n),
      )
      await ended(api, 'stocktaking:the-lot')
      return 'stocktaking:the-lot'
    },
  }
}

/** Tokens of all kinds; answers with the id of one that ends soon. */
export async function seedAccess(api: Api): Promise<string> {
  const make = async (name: string, role: string, days?: number): Promise<string> => {
    const end = days === undefined ? {} : { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }
    const grants = [role === 'deployer' ? { role, project: 'acme/shop', config: 'production' } : { role }]
    const { token } = await api.call<{ readonly token: { readonly id: string } }>('POST /v1/tokens', {
      name,
      grants,
      ...end,
    })
    return token.id
  }
  await api.call(`POST /v1/tokens/${await make('old laptop', 'admin')}/revoke`)
  await make('mika', 'responder')
  await make('auditors 2026', 'viewer', 200)
  const bot = await make('release bot', 'deployer', 5)
  await api.call(`POST /v1/tokens/${bot}/rotate`, { overlapMs: 3_600_000 })
  return bot
}

/** A machine with a history of changes, with versions and an alias, one that failed, and one of nobody's. */
export async function seedMachines(api: Api): Promise<void> {
  const version = (number: number) => ({
    ...approval,
    Comment: `Revision ${number}`,
    States: {
      ...approval.States,
      'Small enough?': {
        ...approval.States['Small enough?'],
        Choices: [{ Variable: '$.total', NumericLessThan: 100 * number, Next: 'Ship' }],
      },
    },
  })
  const change = (number: number, summary: string) =>
    api.call('PUT /v1/machines/approval', { definition: JSON.stringify(version(number)), summary })
  await change(2, 'larger orders need no second person')
  await api.call('POST /v1/machines/approval/versions', { description: 'what sale day runs' })
  await change(3, 'up to 300 since the audit')
  await api.call('POST /v1/machines/approval/versions', {})
  await api.call('PUT /v1/machines/approval/aliases/live', {
    routing: [
      { version: 1, weight: 90 },
      { version: 2, weight: 10 },
    ],
  })
  await api.call('PUT /v1/machines/approval/logging', { level: 'ERROR' })
  await api.machine('hello', { StartAt: 'Greet', States: { Greet: { Type: 'Pass', End: true } } })
}

type Deployment = { readonly id: string; readonly endedAt: string | null }

export async function seedDeploys(console: Console, api: Api) {
  await api.call('POST /v1/keys', { name: 'mika', publicKey })
  const deploy = async (version: string, more: Parameters<typeof build>[2] = {}): Promise<string> => {
    const { id } = await api.call<Deployment>(
      'POST /v1/deployments',
      signed(await build(console.folder, version, more)),
    )
    await settled(api, id)
    return id
  }
  await deploy('1')
  const good = await deploy('2')
  const failed = await deploy('3', { artifact: { folder: console.folder, sha256: 'f'.repeat(64) } })
  await deploy('4')
  await api.call('POST /v1/locks', { ...place, reason: 'sale day: nothing moves until six' })
  return { good, failed }
}

/** The end of its event stream is the end of it. */
const ended = (api: Api, execution: string): Promise<string> =>
  api.stream(`/v1/executions/${encodeURIComponent(execution)}/events`)
const settled = (api: Api, id: string): Promise<string> => api.stream(`/v1/deployments/${id}/events`)
