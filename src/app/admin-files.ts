/** What the data folder holds for whoever may read it: the admin token, and the same as keys for AWS's tools. */
import { join } from 'node:path'
import { type Access, type AwsKey, ensureLocalToken } from '../access/index.ts'
import { readPrivate, writePrivate } from '../store/index.ts'

/** In the form of AWS's shared credentials file. */
export const awsCredentialsFile = (dataFolder: string): string => join(dataFolder, 'aws-credentials')

/** Makes what is missing. The file with the token. */
export async function deliverAdminFiles(access: Access, dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'admin-token')
  const credentials = awsCredentialsFile(dataFolder)
  await ensureLocalToken(access, {
    held: { token: readPrivate(file)?.toString('utf8'), accessKeyId: accessKeyIdIn(credentials) },
    deliver: (secret) => writePrivate(file, `${secret}\n`),
    deliverAwsKey: (pair) => writePrivate(credentials, printCredentials(pair)),
  })
  return file
}

const printCredentials = ({ accessKeyId, secretAccessKey }: AwsKey): string =>
  `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`

const accessKeyIdIn = (file: string): string | undefined =>
  /^aws_access_key_id = (\S+)$/m.exec(readPrivate(file)?.toString('utf8') ?? '')?.[1]
