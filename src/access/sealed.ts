/** What of this folder is sealed at rest. */
import type { SealedColumn } from '../sealing/index.ts'
import { sealedAs as awsKeys } from './aws-key/make.ts'
import { sealedAs as authenticators } from './person/join.ts'

export const sealedAccess: readonly SealedColumn[] = [
  { table: 'access_aws_key', key: 'id', column: 'sealed_secret', purpose: awsKeys, name: 'id' },
  { table: 'access_person', key: 'id', column: 'sealed_totp', purpose: authenticators, name: 'id' },
  { table: 'access_step', key: 'secret_hash', column: 'sealed_totp', purpose: authenticators, name: 'person_id' },
]
