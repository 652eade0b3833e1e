/** `Credentials.RoleArn`: which roles a task may ask for, and how STS gives them. */
import type { AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import type { AssumeRole, CallPlace } from './place.ts'

/** The task may not have the role; the message is the cause that its history shows. */
export class RoleRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'RoleRefused'
  }
}

/** Calls as the role are in CloudTrail under this name. */
const sessionName = 'holdfast'

/** `clients` is asked as Holdfast itself. The SDK keeps what it is given until shortly before it expires. */
export function roleAssumer(config: AwsConfig, clients: () => AwsClients): AssumeRole {
  return async (roleArn, place) => {
    if (!isAssumable(config, roleArn)) throw notConfigured(roleArn)
    const operation = await clients().operation('sts', 'AssumeRole')
    const own = { region: place.region, roleArn: undefined }
    const input = { RoleArn: roleArn, RoleSessionName: sessionName }
    const answered = await operation?.send(input, own, AbortSignal.timeout(10_000)).catch((error: unknown) => {
      throw notAuthorized(roleArn, place, error)
    })
    const given = Object(answered?.output['Credentials']) as Readonly<Record<string, unknown>>
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given
    if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || typeof SessionToken !== 'string') {
      throw notAuthorized(roleArn, place, undefined)
    }
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    return Expiration instanceof Date ? { ...keys, expiration: Expiration } : keys
  }
}

function isAssumable({ assumableRoles = [] }: AwsConfig, roleArn: string): boolean {
  return assumableRoles.some((pattern) => {
    const literal = pattern.split('*').map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${literal.join('.*')}$`).test(roleArn)
  })
}

/** Calling as somebody else than asked for would be worse than not calling. */
function notConfigured(roleArn: string): RoleRefused {
  return new RoleRefused(
    `The task asks for the role ${roleArn} in Credentials, which aws.assumableRoles of the configuration does not list. ` +
      "Add the role there, or remove Credentials to call with Holdfast's own credentials.",
  )
}

/** What AWS says when STS refuses. When STS could not be asked, that is told too: it is another repair. */
function notAuthorized(roleArn: string, { machineRoleArn }: CallPlace, error: unknown): RoleRefused {
  const text = `The role ${machineRoleArn ?? 'of Holdfast'} is not authorized to assume the task state's role, ${roleArn}.`
  const refusedBySts = Object(error).$fault !== undefined
  const reason = refusedBySts || !(error instanceof Error) ? '' : ` STS could not be asked: ${error.message}`
  return new RoleRefused(text + reason, error)
}
