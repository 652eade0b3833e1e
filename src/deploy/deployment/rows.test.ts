/** How deployments are found among many: what people look at often walks no whole history and sorts nothing. */
import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openStore } from '../../store/index.ts'
import { intentsOfDeployment, intentsOfFleet } from '../intent/rows.ts'
import type { Queries } from '../sql.ts'
import * as deployments from './rows.ts'
import type { HistoryPage } from './rows.ts'

/** What SQLite would do for each question that is asked, and the question. */
function plansOf(ask: (queries: Queries) => unknown): readonly { readonly sql: string; readonly steps: string }[] {
  const store = openStore({ path: ':memory:', clock: new VirtualClock(), logger: silentLogger })
  const asked: string[] = []
  const watched: Queries = {
    prepare: <Row extends object>(sql: string) => {
      asked.push(sql)
      return store.read.prepare<Row>(sql)
    },
  }
  try {
    ask(watched)
    return asked.map((sql) => {
      const rows = store.read.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`.replaceAll('?', '9'))
      return { sql, steps: rows.map(({ detail }) => detail).join('; ') }
    })
  } finally {
    void store.close()
  }
}

const place = { project: 'acme/shop', config: 'production' }
const questions: readonly (readonly [string, (queries: Queries) => unknown])[] = [
  ...[{ project: place.project }, { config: place.config }, place]
    .flatMap((asked) => [asked, { ...asked, before: 9 }])
    .map((page): readonly [string, (queries: Queries) => unknown] => [
      `the history by ${Object.keys(page).join(', ')}`,
      (queries) => deployments.deploymentHistory(queries, { ...page, limit: 50 } satisfies HistoryPage),
    ]),
  ['the history before a deployment', (queries) => deployments.deploymentHistory(queries, { before: 9, limit: 50 })],
  ['what is under way', deployments.openDeployments],
  ['what is under way in a place', (queries) => deployments.openDeploymentAt(queries, place)],
  ['what is still to be taken down', deployments.unfinishedDeployments],
  ['the last deployment of a release', (queries) => deployments.lastDeploymentOf(queries, 'r')],
  ['the first deployment of a release', (queries) => deployments.deployedBefore(queries, place, 'r')],
  ['the calls of a deployment', (queries) => intentsOfDeployment(queries, 'dep_1')],
  ['the calls for a fleet', (queries) => intentsOfFleet(queries, 'dep_1')],
]

it.each(questions)('finds %s by an index that has it in order', (_what, ask) => {
  const [plan] = plansOf(ask)
  expect(plan?.steps).toMatch(/USING (COVERING )?INDEX|USING INTEGER PRIMARY KEY/)
  expect(plan?.steps).not.toMatch(/TEMP B-TREE/)
  // A partial index holds only what is asked for: it is walked to its end, and short.
  expect(plan?.steps.replaceAll(/SCAN deployment USING INDEX deployment_(open|leftovers)\b/g, '')).not.toContain('SCAN')
})

it.each([
  [{ project: place.project, before: 9 }, '(project=? AND position<?)'],
  [{ config: place.config, before: 9 }, '(config=? AND position<?)'],
  [{ ...place, before: 9 }, '(project=? AND config=? AND position<?)'],
])('goes to the very place in the history that %o asks for', (page, bounds) => {
  const [plan] = plansOf((queries) => deployments.deploymentHistory(queries, { ...page, limit: 50 }))
  expect(plan?.steps).toContain(bounds)
})

it('reads the whole history newest first without sorting it', () => {
  const [plan] = plansOf((queries) => deployments.deploymentHistory(queries, { limit: 50 }))
  expect(plan?.steps).toMatch(/^SCAN deployment USING INDEX \S+$/)
})

it('reads no plan for a list: one is as long as all its calls', () => {
  const [plan] = plansOf((queries) => deployments.deploymentHistory(queries, { ...place, limit: 50 }))
  expect(plan?.sql).not.toMatch(/\b(plan|progress|sight) AS\b/)
})
