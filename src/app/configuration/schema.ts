/**
 * Everything that can be set, with its default: the shape of `holdfast.config.ts`. docs/guide/configuration.md holds the
 * annotated example that the tests validate.
 */
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { parseDuration } from '../../base/index.ts'
import { configuredConnectionsSchema } from '../../connection/index.ts'
import { ciSettingsSchema, signOnSettingsSchema } from '../../identity/index.ts'
import { isAllowEntry } from '../../outbound/index.ts'
import { isProxyEntry } from '../../server/index.ts'

const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** `90d`, `12h`, `30s` → milliseconds. */
const duration = (least: string) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return parseDuration(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
        return z.NEVER
      }
    })
    .refine((ms) => ms >= parseDuration(least), `at least ${least} is accepted`)

const server = z.strictObject({
  /** Address to listen on; anything but loopback lets the network in. */
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 lets the system choose one. */
  port: z.int().min(0).max(65_535).default(7400),
  /** Further names in the Host header that are served. */
  allowedHosts: z.array(z.string().min(1)).default([]),
  /** Addresses and networks of proxies that end TLS in front of it: what they say of who asks, and how, is believed. */
  trustedProxies: z
    .array(z.string().refine(isProxyEntry, 'an address, or a network such as 10.1.0.0/16, is accepted'))
    .default([]),
  /** Beyond loopback: serves also what did not come encrypted, tokens and passwords included. */
  insecureHttp: z.boolean().default(false),
  /** Requests being answered at once; more are told to come again. */
  maxInFlight: z.int().min(1).default(1000),
  /** How long a stop lets requests finish. */
  grace: duration('0s').prefault('10s'),
})

const account = z.strictObject({
  /** Region in every ARN; cannot change once there is data. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1 is accepted')
    .optional(),
  /** Account number in every ARN; cannot change once there is data. */
  id: z
    .string()
    .regex(/^\d{12}$/, 'twelve digits are accepted')
    .optional(),
})

const retention = z.strictObject({
  /** How long finished executions are kept, with their history. */
  executions: duration('1m').prefault('90d'),
  /** How long records of the audit trail are kept. */
  trail: duration('1d').prefault('400d'),
  /** How long log files are kept. */
  logs: duration('1d').prefault('14d'),
})

const database = z.strictObject({
  /** A PostgreSQL database that holds everything instead of the data folder's file. DATABASE_URL goes before it. */
  url: z.string().min(1).optional(),
})

const log = z.strictObject({
  level: z.enum(logLevels).default('info'),
  /** A step, expression or commit that takes at least so long is one line. */
  slow: duration('1ms').prefault('100ms'),
})

const aws = z.strictObject({
  /** Roles that a task may ask for in its Credentials: ARNs, `*` for any text in them. */
  assumableRoles: z.array(z.string().startsWith('arn:').or(z.literal('*'))).default([]),
})

const express = z.strictObject({
  /** Express executions that run at once: they are in memory. More are refused with ExecutionLimitExceeded. */
  maxRunning: z.int().min(1).default(10_000),
})

const objects = z.strictObject({
  /** Folder whose folders are buckets for distributed Maps; a bucket that is not there is S3's. Without it all are. */
  folder: z.string().refine(isAbsolute, 'an absolute path is accepted').optional(),
})

const outbound = z.strictObject({
  /** Addresses, networks and names that tasks may call although they are not public, or over plain http. */
  allow: z
    .array(z.string().refine(isAllowEntry, 'an address, a network such as 10.1.0.0/16, a name, or *.name is accepted'))
    .default([]),
})

export const configurationSchema = z.strictObject({
  server: server.prefault({}),
  /** `token`: every request needs one. `none`: nobody is asked, for local emulation on loopback. */
  auth: z.enum(['token', 'none']).default('token'),
  /** `embedded`: 4 MiB payloads, a million events. `aws`: AWS's own limits. */
  limits: z.enum(['embedded', 'aws']).default('embedded'),
  account: account.prefault({}),
  aws: aws.prefault({}),
  express: express.prefault({}),
  objects: objects.prefault({}),
  outbound: outbound.prefault({}),
  /** How HTTP tasks prove who they are, by the name in `connection/NAME` of their ConnectionArn; others are added over the API. */
  connections: configuredConnectionsSchema.default({}),
  /** Identity providers that people may sign in by, by a short name. */
  signOn: signOnSettingsSchema.default({}),
  /** Issuers of ID tokens for jobs of pipelines, by a short name, and which job may what. */
  ci: ciSettingsSchema.default({}),
  database: database.prefault({}),
  retention: retention.prefault({}),
  log: log.prefault({}),
})

/** What a person writes. */
export type HoldfastConfig = z.input<typeof configurationSchema>
/** What the program reads. */
export type Configuration = z.output<typeof configurationSchema>

/** Types and completes the settings of a `holdfast.config.ts`: `export default defineConfig({ … })`. */
export function defineConfig(config: HoldfastConfig): HoldfastConfig {
  return config
}
