/** Where and as whom a call is made. */
import type { AwsCredentials } from './config.ts'

export type CallPlace = {
  readonly region: string
  readonly roleArn: string | undefined
  /** The role of the machine that asks for `roleArn`: it is not authorized when it cannot have that. */
  readonly machineRoleArn?: string | undefined
}

/** The credentials of a role. @throws RoleRefused when the place may not have it. */
export type AssumeRole = (roleArn: string, place: CallPlace) => Promise<AwsCredentials & { readonly expiration?: Date }>
