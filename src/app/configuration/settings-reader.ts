/** The process that loads a `holdfast.config.ts` for its settings; see `load.ts`. */
import { pathToFileURL } from 'node:url'
import type { SettingsMessage } from './load.ts'

process.send?.(await read(process.argv[2] ?? ''))

async function read(file: string): Promise<SettingsMessage> {
  try {
    const exported: unknown = await import(pathToFileURL(file).href)
    const settings: unknown = Object(exported).default ?? {}
    return { settings: JSON.stringify(settings) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}
