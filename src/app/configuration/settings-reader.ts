/** The process that loads a `holdfast.config.ts` for its settings; see `load.ts`. */
import { pathToFileURL } from 'node:url'
import { importFault } from './import-fault.ts'
import type { SettingsMessage } from './load.ts'

// A terminal sends its Ctrl-C to the whole group: when to end is our parent's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// What Node would warn of is told as a fault.
process.removeAllListeners('warning')

process.send?.(await read(process.argv[2] ?? ''))

async function read(file: string): Promise<SettingsMessage> {
  try {
    const exported: unknown = await import(pathToFileURL(file).href)
    const settings: unknown = Object(exported).default ?? {}
    return { settings: JSON.stringify(settings) }
  } catch (error) {
    return { fault: importFault(error) }
  }
}
