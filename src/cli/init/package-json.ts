/** What matters of a package.json. Whatever is of another shape counts as not there: npm is not as strict either. */
import { z } from 'zod'

const texts = z.record(z.string(), z.unknown()).transform((members) => {
  const entries = Object.entries(members).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(entries)
})
const optionalTexts = texts.default({}).catch({})
const optionalText = z.string().optional().catch(undefined)

const packageSchema = z.object({
  name: optionalText,
  main: optionalText,
  bin: z.union([z.string(), texts]).optional().catch(undefined),
  scripts: optionalTexts,
  dependencies: optionalTexts,
  devDependencies: optionalTexts,
  optionalDependencies: optionalTexts,
  engines: optionalTexts,
  packageManager: optionalText,
})
export type Package = z.output<typeof packageSchema>

/** Undefined: it is no JSON object. */
export function readPackage(text: string): Package | undefined {
  try {
    const parsed = packageSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    // Broken JSON is told by whoever needed it.
    return undefined
  }
}

export const dependsOn = ({ dependencies, optionalDependencies, devDependencies }: Package, name: string): boolean =>
  [dependencies, optionalDependencies, devDependencies].some((group) => Object.hasOwn(group, name))

/** It would be missing after an install without development dependencies. */
export const isForDevelopment = (
  { dependencies, optionalDependencies, devDependencies }: Package,
  name: string,
): boolean =>
  Object.hasOwn(devDependencies, name) &&
  !Object.hasOwn(dependencies, name) &&
  !Object.hasOwn(optionalDependencies, name)

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ engines: optionalTexts })) })

/** What a package says of the Node it runs on, out of npm's lock file. */
export function nodeWantedBy(lock: string, name: string): string | undefined {
  try {
    const parsed = lockSchema.safeParse(JSON.parse(lock))
    return parsed.success ? parsed.data.packages[`node_modules/${name}`]?.engines['node'] : undefined
  } catch {
    // No lock file, or one that npm itself will refuse.
    return undefined
  }
}
