/** Which place or deployment a command line names. */
import type { Api } from '../client/api.ts'
import type { Place } from '../client/deploy-api.ts'
import { cliError } from '../errors.ts'
import { placeArguments, placeWords } from './words.ts'

export const isDeploymentId = (word: string): boolean => word.startsWith('dep_')

/** @throws HoldfastError cli.usage */
export function placeNamed(project: string, config: string | undefined): Place {
  if (config !== undefined) return { project, config }
  throw cliError('cli.usage', `"${project}" names no place: its config is missing`, {
    accepted: 'PROJECT CONFIG, such as acme/shop production, or the id of a deployment',
    repair: 'holdfast status lists the places',
  })
}

/** The deployment of that id, or the one that is under way in that place. @throws HoldfastError cli.usage, cli.no_deployment */
export async function deploymentUnderWay(api: Api, named: string, config: string | undefined): Promise<string> {
  if (isDeploymentId(named)) return named
  const place = placeNamed(named, config)
  const { underWay, history } = (await api.deploys.place(place)).value
  const [last] = history
  if (underWay !== undefined) return underWay.id
  throw cliError('cli.no_deployment', `Nothing is under way in ${placeWords(place)}`, {
    ...(last === undefined ? {} : { accepted: `the last deployment there was ${last.id} (${last.status})` }),
    repair: `holdfast history ${placeArguments(place)}`,
  })
}

/** The deployment of that id; of a place the one under way, or the last. @throws HoldfastError cli.usage, cli.no_deployment */
export async function deploymentNamed(api: Api, named: string, config: string | undefined): Promise<string> {
  if (isDeploymentId(named) && config === undefined) return named
  const place = placeNamed(named, config)
  const { underWay, history } = (await api.deploys.place(place)).value
  const id = underWay?.id ?? history[0]?.id
  if (id !== undefined) return id
  throw cliError('cli.no_deployment', `Nothing was ever deployed to ${placeWords(place)}`, {
    repair: `holdfast history ${placeArguments(place)}`,
  })
}
