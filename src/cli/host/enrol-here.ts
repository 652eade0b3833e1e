/** How the agent of this machine gets to its token: it has one, it is handed one, or it enrols itself as an admin may. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type Enrolment, readEnrolment, writeEnrolment } from '../../app/index.ts'
import { cliError } from '../errors.ts'
import { connect, dataFolderIn, type ServerOptions } from '../find-server.ts'
import { serverAddress } from '../server-address.ts'
import type { World } from '../world.ts'

export type EnrolOptions = ServerOptions & {
  readonly tokenFile?: string
  readonly name?: string
  readonly zone?: string
  readonly address?: string
}

export type Enrolled = { readonly enrolment: Enrolment; readonly isNew: boolean }

/** @throws HoldfastError cli.unreachable, cli.usage, cli.insecure_http, cli.file_unreadable, host.name_taken */
export async function enrolHere(world: World, agentFolder: string, options: EnrolOptions): Promise<Enrolled> {
  const { tokenFile, url, insecureHttp } = options
  if (tokenFile !== undefined) {
    if (url === undefined) throw urlMissing()
    return keep(agentFolder, { token: tokenIn(world, tokenFile), controlPlane: remoteAt(url, insecureHttp) })
  }
  const known = readEnrolment(agentFolder)
  if (known === undefined) return keep(agentFolder, await enrol(world, options))
  // The control plane has moved; the host is the same.
  if (url !== undefined) return keep(agentFolder, { ...known, controlPlane: remoteAt(url, insecureHttp) })
  const { controlPlane } = known
  if ('dataFolder' in controlPlane) return { enrolment: known, isNew: false }
  const told = remoteAt(controlPlane.url, insecureHttp ?? controlPlane.insecureHttp)
  if (told.insecureHttp === controlPlane.insecureHttp) return { enrolment: known, isNew: false }
  return keep(agentFolder, { ...known, controlPlane: told })
}

function keep(agentFolder: string, enrolment: Enrolment): Enrolled {
  writeEnrolment(agentFolder, enrolment)
  return { enrolment, isNew: true }
}

async function enrol(world: World, options: EnrolOptions): Promise<Enrolment> {
  const { name = nameHere(), zone, address } = options
  const api = await connect(world, options)
  const where = { ...(zone === undefined ? {} : { zone }), ...(address === undefined ? {} : { address }) }
  const { token } = await api.hosts.enrol({ name, ...where })
  const isRemote = options.url !== undefined || isSet(world.environment['HOLDFAST_URL'], options)
  const controlPlane = isRemote
    ? remoteAt(api.url, options.insecureHttp)
    : { dataFolder: dataFolderIn(world, options.data) }
  return { token, controlPlane }
}

/** As `connect` reads it: a folder that is named goes before the variable. */
const isSet = (variable: string | undefined, { data }: ServerOptions): boolean =>
  data === undefined && variable !== undefined && variable !== ''

/** The first part of the machine's name, as hosts may be called. */
function nameHere(): string {
  const [first = ''] = hostname().split('.')
  return (
    first
      .replaceAll(/[^a-zA-Z0-9._-]/g, '-')
      .replace(/^[^a-zA-Z0-9]+/, '')
      .slice(0, 63) || 'this-machine'
  )
}

function tokenIn(world: World, file: string): string {
  const path = resolve(world.workingFolder, file)
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw cliError('cli.file_unreadable', `The token file ${path} cannot be read`, { place: path, cause })
  }
}

/** Remembered with the address: the agent comes back by itself, with nobody there to say it again. */
function remoteAt(named: string, insecureHttp = false) {
  const url = serverAddress({ url: named, insecureHttp })
  return insecureHttp ? ({ url, insecureHttp } as const) : { url }
}

const urlMissing = () =>
  cliError('cli.usage', 'A token file needs the address of the control plane it is for', {
    accepted: '--url http://HOST:PORT --token-file FILE, as holdfast hosts add prints them',
  })
