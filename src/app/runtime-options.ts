/** What a Holdfast is started with. */
import type { Clock, Logger, RandomBytes } from '../base/index.ts'
import type { Deployers } from '../deploy/index.ts'
import type { Configuration } from './configuration/schema.ts'

export type RuntimeOptions = {
  readonly version: string
  readonly dataFolder: string
  readonly configuration: Configuration
  /** File with a user's procedures, if there is one. */
  readonly configurationFile: string | undefined
  /** Besides those that Holdfast brings with it. A program hands them over; a configuration file cannot hold functions. */
  readonly deployers?: Deployers
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly logger: Logger
  readonly pid: number
}
