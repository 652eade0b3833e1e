/** A grant as people write it. Pure. */
import type { Grant, Role } from '../api/may.ts'

/** `deployer@acme/shop/production`, as the command line takes it. */
export const grantText = ({ role, project, config }: Grant): string =>
  `${role}${project === undefined ? '' : `@${project}`}${config === undefined ? '' : `/${config}`}`

/** The place in it; empty where it holds everywhere. */
export const whereText = ({ project, config }: Grant): string =>
  project === undefined ? '' : config === undefined ? project : `${project}/${config}`

/** Of `acme/shop` or `acme/shop/production`; nothing is everywhere. */
export function grantAt(role: Role, where: string): Grant {
  const [organisation = '', name, config] = where.trim().split('/')
  if (organisation === '') return { role }
  const project = name === undefined ? organisation : `${organisation}/${name}`
  return config === undefined || config === '' ? { role, project } : { role, project, config }
}
