/**
 * Writes src/console/api/generated.ts out of our OpenAPI document: `npm run console:client`. With `--check` it only says whether
 * the file is current. The document comes from the routes themselves, asked of a server without anything behind it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld } from '../../src/server/fake-world.ts'
import { type OpenApi, printClient } from './print-client.ts'

const file = join(import.meta.dirname, '../../src/console/api/generated.ts')

export async function currentClient(): Promise<string> {
  const world = await openWorld({})
  try {
    const { text } = await world.call({ path: '/v1/openapi.json' })
    const document: OpenApi = JSON.parse(text)
    return printClient(document)
  } finally {
    await world.server.close()
  }
}

export const keptClient = (): string => readFileSync(file, 'utf8')

if (import.meta.main) {
  const text = await currentClient()
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (text !== keptClient()) {
    console.error('src/console/api/generated.ts is not what the routes say: npm run console:client')
    process.exitCode = 1
  }
}
