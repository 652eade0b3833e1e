/**
 * One server for a run of vitest, where any of its tests needs one. They find it by HOLDFAST_TEST_POSTGRES, which may also
 * name a server that is there already: its superuser's address.
 */
import type { TestProject } from 'vitest/node'
import { PostgresServer } from './server.ts'

let server: PostgresServer | undefined

export async function setup(project: TestProject): Promise<void> {
  if (process.env['HOLDFAST_TEST_POSTGRES'] !== undefined) return
  if (!(await isNeeded(project.vitest.projects, filtersOf(project.vitest)))) return
  server = await PostgresServer.start({ fsync: false, settings: ['full_page_writes=off'] })
  process.env['HOLDFAST_TEST_POSTGRES'] = server.url()
}

/** By a project whose stores are on PostgreSQL, or by a file that says so in its name. */
async function isNeeded(projects: readonly TestProject[], filters: string[] | undefined): Promise<boolean> {
  if (process.env['HOLDFAST_TEST_STORE'] === 'postgres') return true
  for (const project of projects) {
    const { testFiles } = await project.globTestFiles(filters)
    if (testFiles.some((file) => project.name === 'on PostgreSQL' || /postgres/.test(file))) return true
  }
  return false
}

export async function teardown(): Promise<void> {
  await server?.remove()
}

/** Internal to vitest; when it goes, every run starts a server, needed or not. */
function filtersOf(vitest: object): string[] | undefined {
  const found: unknown = Reflect.get(vitest, 'filenamePattern')
  return Array.isArray(found) ? found.map(String) : undefined
}
