/** What an agent's folder knows of its control plane: which host it is, its token, and how the control plane is found. */
import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { RandomBytes } from '../base/index.ts'
import { readPrivate, writePrivate } from '../store/index.ts'
import { readConnection } from './connection.ts'
import { appError } from './errors.ts'
import { proveServer } from './server-proof.ts'

const schema = z.object({
  token: z.string().min(1),
  controlPlane: z.union([
    /** On this machine: its data folder says where it listens now, and with which key it proves itself. */
    z.object({ dataFolder: z.string().min(1) }),
    z.object({
      url: z.url(),
      /** Whoever named it has said that the token may go there unencrypted. */
      insecureHttp: z.literal(true).optional(),
    }),
  ]),
})
export type Enrolment = z.infer<typeof schema>

/** Of the machine of a control plane. */
export const agentFolderOf = (dataFolder: string): string => join(dataFolder, 'host')

/** The data folders around and behind an agent: what lies there is no release's to read. */
export function dataFoldersOf(agentFolder: string, enrolment?: Enrolment): readonly string[] {
  const around = dirname(agentFolder)
  const named =
    enrolment !== undefined && 'dataFolder' in enrolment.controlPlane ? [enrolment.controlPlane.dataFolder] : []
  return basename(agentFolder) === basename(agentFolderOf(around)) ? [around, ...named] : named
}

const fileOf = (agentFolder: string): string => join(agentFolder, 'enrolment.json')

/** Undefined in a folder whose agent was not enrolled. @throws HoldfastError app.folder_damaged */
export function readEnrolment(agentFolder: string): Enrolment | undefined {
  const text = readPrivate(fileOf(agentFolder))?.toString('utf8')
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw appError('app.folder_damaged', `${fileOf(agentFolder)} does not hold an enrolment`, {
      place: fileOf(agentFolder),
      repair: 'remove the file, and enrol the host again: holdfast hosts add NAME',
      cause,
    })
  }
}

/** For its owner only: the token lets whoever has it say what runs there. */
export function writeEnrolment(agentFolder: string, enrolment: Enrolment): void {
  // Users that instances run as pass through it.
  mkdirSync(agentFolder, { recursive: true, mode: 0o711 })
  writePrivate(fileOf(agentFolder), `${JSON.stringify(enrolment)}\n`)
}

/**
 * Where the control plane listens now. One on this machine has proven itself when this returns: what took its port after it
 * died is not sent the token. @throws HoldfastError app.server_unproven, app.not_running; what `fetch` throws
 */
export async function locateControlPlane(
  { controlPlane }: Enrolment,
  randomBytes: RandomBytes,
  signal: AbortSignal,
): Promise<string> {
  if ('url' in controlPlane) return controlPlane.url
  const { dataFolder } = controlPlane
  const connection = await readConnection(dataFolder)
  if (connection === undefined) {
    throw appError('app.not_running', `No control plane runs on ${dataFolder}`, {
      place: dataFolder,
      repair: `holdfast up --data ${dataFolder}`,
    })
  }
  await proveServer(connection, randomBytes, signal)
  return connection.url
}
