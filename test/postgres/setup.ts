/**
 * One server for a run of vitest, where any of its tests needs one. They find it by HOLDFAST_TEST_POSTGRES, which may also
 * name a server that is there already: its superuser's address.
 */
import type { TestProject } from 'vitest/node'
import { PostgresServer } from './server.ts'

let server: PostgresServer | undefined

export async function setup(project: TestProject): Promise<void> {
  if (process.env['HOLDFAST_TEST_POSTGRES'] !== undefined) return
  const { testFiles } = await project.globTestFiles(filtersOf(project.vitest))
  const needed = process.env['HOLDFAST_TEST_STORE'] === 'postgres' || testFiles.some((file) => /postgres/.test(file))
  if (!needed) return
  server = await PostgresServer.start({ fsync: false, settings: ['full_page_writes=off'] })
  process.env['HOLDFAST_TEST_POSTGRES'] = server.url()
}

export async function teardown(): Promise<void> {
  await server?.remove()
}

/** Internal to vitest; when it goes, every run starts a server, needed or not. */
function filtersOf(vitest: object): string[] | undefined {
  const found: unknown = Reflect.get(vitest, 'filenamePattern')
  return Array.isArray(found) ? found.map(String) : undefined
}
