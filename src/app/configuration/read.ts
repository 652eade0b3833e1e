/** The configuration, read once: the file, then what the command line says on top of it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type HoldfastError, nearestWord } from '../../base/index.ts'
import { appError } from '../errors.ts'
import { loadSettings } from './load.ts'
import { type Configuration, configurationSchema, type HoldfastConfig } from './schema.ts'

export const configFileName = 'holdfast.config.ts'

export type ConfigurationSource = {
  readonly workingFolder: string
  /** `--config`; must exist. Without it `holdfast.config.ts` of the working folder is read if there is one. */
  readonly file: string | undefined
  /** From the command line; undefined members are not set. */
  readonly overrides: {
    readonly host?: string | undefined
    readonly port?: number | undefined
    readonly insecureHttp?: boolean | undefined
    readonly auth?: 'token' | 'none' | undefined
    readonly awsLimits?: boolean | undefined
  }
  /** Gives up reading. */
  readonly signal?: AbortSignal
}

export type ReadConfiguration = {
  readonly configuration: Configuration
  /** Absolute path of the file, if there was one. */
  readonly file: string | undefined
}

/** @throws HoldfastError app.config_unreadable, app.config_invalid */
export async function readConfiguration(source: ConfigurationSource): Promise<ReadConfiguration> {
  const file = fileOf(source)
  const written = file === undefined ? {} : await loadSettings(file, source.signal)
  return { configuration: parseConfiguration(withOverrides(written, source), file ?? 'the command line'), file }
}

/** @throws HoldfastError app.config_invalid, with each wrong key and the nearest right one */
export function parseConfiguration(value: unknown, from: string): Configuration {
  const result = configurationSchema.safeParse(value)
  if (result.success) return result.data
  throw invalid(result.error.issues, from)
}

function fileOf({ workingFolder, file }: ConfigurationSource): string | undefined {
  if (file !== undefined) return resolve(workingFolder, file)
  const usual = join(workingFolder, configFileName)
  return existsSync(usual) ? usual : undefined
}

function withOverrides(written: unknown, { overrides }: ConfigurationSource): unknown {
  if (typeof written !== 'object' || written === null) return written
  const { host, port, insecureHttp, auth, awsLimits } = overrides
  const said = Object.entries({ host, port, insecureHttp }).filter(([, value]) => value !== undefined)
  const server = 'server' in written && typeof written.server === 'object' ? written.server : {}
  return {
    ...written,
    ...(said.length === 0 ? {} : { server: { ...server, ...Object.fromEntries(said) } }),
    ...(auth === undefined ? {} : { auth }),
    ...(awsLimits === true ? { limits: 'aws' } : {}),
  } satisfies Partial<Record<keyof HoldfastConfig, unknown>>
}

function invalid(issues: readonly z.core.$ZodIssue[], from: string): HoldfastError {
  const faults = issues.slice(0, 10).flatMap((issue) => faultsOf(issue))
  return appError('app.config_invalid', `The configuration of ${from} is wrong: ${faults.join('; ')}`, {
    place: issues.map((issue) => issue.path.join('.')).find((path) => path !== '') ?? from,
    repair: 'docs/guide/configuration.md lists every setting',
  })
}

function faultsOf(issue: z.core.$ZodIssue): readonly string[] {
  const place = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [`${place || 'default export'}: ${issue.message}`]
  const accepted = keysAt(issue.path)
  return issue.keys.map((key) => {
    const near = nearestWord(key, accepted)
    const hint = near === undefined ? `accepted: ${accepted.join(', ')}` : `did you mean "${near}"?`
    return `${place === '' ? '' : `${place}.`}${key} is no setting, ${hint}`
  })
}

/** The settings of the section in which a wrong key stands. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<unknown>((schema, key) => shapeOf(schema)[String(key)], configurationSchema)
  return Object.keys(shapeOf(found))
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  if (schema instanceof z.ZodObject) return schema.shape
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault ? shapeOf(schema.unwrap()) : {}
}
