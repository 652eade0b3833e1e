/** Where AWS is. Read from the environment's variables as the SDK reads them, so that nothing new has to be learned. */
import { badEndpoint } from './errors.ts'

/** A service by the name of its client, as in `@aws-sdk/client-secrets-manager`: `secrets-manager`. */
export type AwsServiceName = string

export type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type AwsConfig = {
  /** For calls whose ARN names no region. */
  readonly region: string
  /** Where every service answers that `endpoints` does not name; absent: AWS's own addresses. */
  readonly endpoint?: string
  /** Where a service answers instead. */
  readonly endpoints: Readonly<Record<AwsServiceName, string>>
  /** Absent: the SDK's own chain (environment, profile, container, instance), asked at the first call. */
  readonly credentials?: AwsCredentials
  /** Roles that a task may ask for in `Credentials`: ARNs, `*` for any text in them. Absent or empty: none. */
  readonly assumableRoles?: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

const common = 'AWS_ENDPOINT_URL'

/**
 * From AWS_REGION (or AWS_DEFAULT_REGION), AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL and AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.
 * @throws HoldfastError aws.endpoint
 */
export function awsConfigFrom(environment: Environment): AwsConfig {
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1'
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return { region, endpoints: {} }
  const endpoint = endpointIn(environment, common)
  const endpoints = Object.keys(environment).flatMap((setting) => {
    const value = setting.startsWith(`${common}_`) ? endpointIn(environment, setting) : undefined
    return value === undefined ? [] : [[serviceOfSetting(setting), value] as const]
  })
  return { region, ...(endpoint === undefined ? {} : { endpoint }), endpoints: Object.fromEntries(endpoints) }
}

/** Where a service answers; undefined at AWS's own address. */
export function endpointOf(config: AwsConfig, service: AwsServiceName): string | undefined {
  return Object.hasOwn(config.endpoints, service) ? config.endpoints[service] : config.endpoint
}

/** `AWS_ENDPOINT_URL_SECRETS_MANAGER` → `secrets-manager`. */
function serviceOfSetting(setting: string): AwsServiceName {
  return setting
    .slice(common.length + 1)
    .toLowerCase()
    .replaceAll('_', '-')
}

function endpointIn(environment: Environment, setting: string): string | undefined {
  const value = environment[setting]
  if (value === undefined || value === '') return undefined
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) throw badEndpoint(setting, value)
  return value
}
