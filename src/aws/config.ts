/** Where AWS is. Read from the environment's variables as the SDK reads them, so that nothing new has to be learned. */
import { badEndpoint } from './errors.ts'

export type AwsServiceName = 'lambda' | 'sqs' | 'sns'

export type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type AwsConfig = {
  /** For calls whose ARN names no region. */
  readonly region: string
  /** Where a service answers instead of AWS's own address. */
  readonly endpoints: Readonly<Partial<Record<AwsServiceName, string>>>
  /** Absent: the SDK's own chain (environment, profile, container, instance), asked at the first call. */
  readonly credentials?: AwsCredentials
  /** How a task's `Credentials.RoleArn` becomes credentials. Absent: a task that asks for a role is refused. */
  readonly assumeRole?: (roleArn: string, region: string) => Promise<AwsCredentials>
}

type Environment = Readonly<Record<string, string | undefined>>

const services: readonly AwsServiceName[] = ['lambda', 'sqs', 'sns']

/**
 * From AWS_REGION (or AWS_DEFAULT_REGION), AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL and AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.
 * @throws HoldfastError aws.endpoint
 */
export function awsConfigFrom(environment: Environment): AwsConfig {
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1'
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return { region, endpoints: {} }
  const endpoints = services.flatMap((service) => {
    const endpoint = endpointOf(environment, service)
    return endpoint === undefined ? [] : [[service, endpoint] as const]
  })
  return { region, endpoints: Object.fromEntries(endpoints) }
}

function endpointOf(environment: Environment, service: AwsServiceName): string | undefined {
  for (const setting of [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, 'AWS_ENDPOINT_URL']) {
    const value = environment[setting]
    if (value === undefined || value === '') continue
    if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) throw badEndpoint(setting, value)
    return value
  }
  return undefined
}
