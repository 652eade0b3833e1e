/** Loads the file with a user's procedures. Only ever done in a worker: the file is code, and may do anything. */
import { pathToFileURL } from 'node:url'
import { badConfig, duplicateName } from '../errors.ts'
import { isProcedure, type Procedure } from '../procedure.ts'

/** @throws HoldfastError procedure.config, procedure.duplicate; or whatever the file throws */
export async function loadProcedures(configPath: string): Promise<ReadonlyMap<string, Procedure>> {
  const exported: unknown = await import(pathToFileURL(configPath).href)
  const procedures: unknown = Object(exported).procedures
  if (procedures === undefined) throw badConfig(configPath, 'the file exports no `procedures`')
  if (!Array.isArray(procedures)) throw badConfig(configPath, '`procedures` is not an array')
  const byName = new Map<string, Procedure>()
  for (const [index, procedure] of procedures.entries()) {
    if (!isProcedure(procedure)) throw badConfig(configPath, `procedures[${index}] was not made by procedure()`)
    if (byName.has(procedure.name)) throw duplicateName(procedure.name)
    byName.set(procedure.name, procedure)
  }
  return byName
}
