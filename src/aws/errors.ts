/** Every error code of this folder. How a failed *call* is named is AWS's matter: see `failure.ts`. */
import { HoldfastError } from '../base/index.ts'

export const awsErrors = {
  'aws.endpoint': 'an endpoint in the configuration is not an http or https URL',
} as const

export function badEndpoint(setting: string, value: string): HoldfastError {
  return new HoldfastError('aws.endpoint', `"${value}" is not an endpoint`, {
    place: setting,
    accepted: 'an http or https URL, for example http://127.0.0.1:4566',
    repair: `correct ${setting}, or unset it to call AWS itself`,
  })
}
