import { join } from 'node:path'

/** Where scripts/console/build.ts puts the built console: beside the sources, ignored by git. */
export const consoleFolder = join(import.meta.dirname, '../../dist/console')
