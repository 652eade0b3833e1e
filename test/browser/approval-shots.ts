/** The pictures of four eyes: a deployment that waits, as each of those around it sees it, and everything that becomes of it. */
import type { Page } from 'playwright-core'
import { build, place, placePath, signed } from '../deploying/site.ts'
import type { Console } from './console.ts'
import type { Api } from './machines.ts'
import { type Shot, shootInBoth } from './shots.ts'
import type { Somebody } from './somebody.ts'

const opens =
  (name: RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name }).last().click()
    await page.getByRole('dialog').waitFor()
  }

const approving = opens(/Approve …|承認…/)
const refusing = opens(/Refuse …|却下…/)
const breaking = opens(/Break the glass|緊急実行…/)
const reviewing = opens(/I have looked at it …|確認を記録…/)
const protecting = opens(/^(Change|変更)$/)

type Ready = Shot['ready'] | undefined
const of = (path: string, shots: readonly (readonly [name: string, ready?: Ready])[]): readonly Shot[] =>
  shots.map(([name, ready]) => ({ name, path, ...(ready === undefined ? {} : { ready }) }))

const asked = (path: string) => of(path, [['approval-asked'], ['approval-glass', breaking]])
const looked = (path: string) => of(path, [['approval']])
const decided = (path: string) =>
  of(path, [['approval'], ['approval-dialog', approving], ['approval-refuse', refusing]])
const waitingLists: readonly Shot[] = [
  { name: 'approval-overview', path: '/' },
  { name: 'approval-deploys', path: '/deploys' },
]
const partly = (path: string) => of(path, [['approval-partly']])
const refused = (path: string) => of(path, [['approval-refused']])
const broken = (path: string) => of(path, [['approval-broken'], ['approval-review', reviewing]])
const brokenLists: readonly Shot[] = [{ name: 'approval-broken-overview', path: '/' }]
const reviewed = (path: string) => of(path, [['approval-reviewed']])
const expired = (path: string) => of(path, [['approval-expired']])
const protections = of('/locks', [['approval-protections'], ['approval-protect', protecting]])

export const approvalPages: readonly string[] = [
  ...[asked, looked, decided, partly, refused, broken, reviewed, expired].flatMap((shots) => shots('')),
  ...[waitingLists, brokenLists, protections].flat(),
].map(({ name }) => name)

type Waiting = { readonly id: string; readonly planHash: string | null; readonly approval: unknown }

/** Until it has a plan that somebody may look at. */
async function begin(console: Console, asker: Somebody, version: string, more: object = {}) {
  const { id } = await asker.call<Waiting>(
    'POST /v1/deployments',
    signed({ ...(await build(console.folder, version)), ...more }),
  )
  for (;;) {
    const found = await asker.call<Waiting>(`GET /v1/deployments/${id}`)
    if (found.planHash !== null && found.approval !== null) return { id, plan: found.planHash, path: `/deploys/${id}` }
  }
}

export type Around = { readonly asker: Somebody; readonly approver: Somebody; readonly looker: Somebody }

export async function shootApprovals(console: Console, api: Api, { asker, approver, looker }: Around): Promise<void> {
  const short = { ...place, config: 'staging' }
  await api.call('PUT /v1/places/acme%2Fsite/staging/protection', { approvals: 1, within: '1m' })
  const late = await begin(console, asker, '7-staging', { config: short.config })
  // Whoever had closed the place opens it.
  await api.call('POST /v1/locks/release', place)
  await api.call(`PUT ${placePath}/protection`, { approvals: 2 })

  const first = await begin(console, asker, '7')
  await shootInBoth({ console, state: 'ordinary', shots: asked(first.path), open: asker.open })
  await shootInBoth({ console, state: 'looking', shots: looked(first.path), open: looker.open })
  await shootInBoth({ console, state: 'ordinary', shots: decided(first.path), open: approver.open })
  // An admin may all three.
  await shootInBoth({ console, state: 'admin', shots: looked(first.path) })
  await shootInBoth({ console, state: 'ordinary', shots: waitingLists, open: approver.open })
  await shootInBoth({ console, state: 'ordinary', shots: protections })
  await approver.call(`POST /v1/deployments/${first.id}/votes`, { plan: first.plan, verdict: 'approve' })
  await shootInBoth({ console, state: 'ordinary', shots: partly(first.path), open: approver.open })
  const reason = 'not on sale day; again on Monday, please'
  await approver.call(`POST /v1/deployments/${first.id}/votes`, { plan: first.plan, verdict: 'refuse', reason })
  await api.stream(`/v1/deployments/${first.id}/events`)
  await shootInBoth({ console, state: 'ordinary', shots: refused(first.path), open: asker.open })

  const second = await begin(console, asker, '8')
  const why = 'checkout is down since 02:40, this release holds the fix'
  await asker.call(`POST /v1/deployments/${second.id}/break-glass`, { reason: why })
  await api.stream(`/v1/deployments/${second.id}/events`)
  await shootInBoth({ console, state: 'looking', shots: broken(second.path).slice(0, 1), open: asker.open })
  await shootInBoth({ console, state: 'ordinary', shots: broken(second.path), open: approver.open })
  await shootInBoth({ console, state: 'ordinary', shots: brokenLists, open: approver.open })
  await approver.call(`POST /v1/deployments/${second.id}/review`, { note: 'right; a test of the checkout was added' })
  await shootInBoth({ console, state: 'ordinary', shots: reviewed(second.path), open: asker.open })

  await api.stream(`/v1/deployments/${late.id}/events`)
  await shootInBoth({ console, state: 'ordinary', shots: expired(late.path), open: asker.open })
  for (const path of [placePath, '/v1/places/acme%2Fsite/staging']) {
    await api.call(`PUT ${path}/protection`, { approvals: 0 })
  }
}
