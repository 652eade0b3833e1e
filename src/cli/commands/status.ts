/** `status`: what serves where, and one place in depth. */
import { Command } from 'commander'
import type { Api } from '../client/api.ts'
import type { Answer, Place } from '../client/deploy-api.ts'
import type { PlaceStatus } from '../client/deploy-schemas.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { isDeploymentId } from '../deployments/find.ts'
import { followDeployment } from '../deployments/follow.ts'
import { outcomeOf } from '../deployments/outcome.ts'
import { blockOf } from '../deployments/block.ts'
import { placeText, placesText, type PlaceRow } from '../deployments/place-text.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'
import { textWidth } from '../world.ts'

type Options = ServerOptions & { readonly follow?: true; readonly json?: true }

export function statusCommand(context: Context): Command {
  const command = new Command('status')
    .description('what serves where; one place or one deployment in depth')
    .argument('[project]', 'org/name, or the id of a deployment')
    .argument('[config]', 'environment, such as production')
    .option('--follow', 'watch the deployment that is under way, to its end')
    .option('--json', 'print it as JSON')
    .action((project: string | undefined, config: string | undefined, options: Options) =>
      status(context, { project, config }, options),
    )
  return withExamples(withServerOptions(command), [
    ['holdfast status', 'every place'],
    ['holdfast status acme/shop production', 'releases, instances, locks, what is under way'],
    ['holdfast status dep_01k… --follow', 'watch one deployment'],
  ])
}

type Named = { readonly project: string | undefined; readonly config: string | undefined }

async function status(context: Context, { project, config }: Named, options: Options): Promise<void> {
  const api = await connect(context.world, options)
  if (project === undefined) return showPlaces(context, api, {}, options)
  if (isDeploymentId(project)) return showDeployment(context, api, project, options)
  if (config === undefined) return showPlaces(context, api, { project }, options)
  const place = await api.deploys.place({ project, config }, true)
  const { underWay } = place.value
  if (options.follow === true && underWay !== undefined) return showDeployment(context, api, underWay.id, options)
  answer(context, options.json === true, place.plain, () =>
    placeText(context, { project, config }, place.value, options),
  )
}

async function showDeployment(context: Context, api: Api, id: string, options: Options): Promise<void> {
  const json = options.json === true
  if (options.follow === true) {
    await followDeployment(context, { api, id, server: options, json })
    return
  }
  const { value, plain } = await api.deploys.deployment(id)
  const { paint, world } = context
  const size = { width: Math.min(textWidth(world.out), 200), height: 500 }
  answer(context, json, plain, () =>
    [...blockOf(value, { paint, now: world.now(), ...size }), outcomeOf(context, value, options, 'below')].join('\n'),
  )
}

async function showPlaces(
  context: Context,
  api: Api,
  only: { readonly project?: string },
  options: Options,
): Promise<void> {
  const found = await Promise.all((await placesOf(api, only)).map((place) => rowOf(api, place)))
  const plain = { items: found.map(({ place, status: { plain: all } }) => ({ ...place, ...Object(all) })) }
  const rows = found.map(({ place, status: { value } }): PlaceRow => ({ place, status: value }))
  answer(context, options.json === true, plain, () => placesText(context, rows, options))
}

/** Those in charge of a release, and those whose first deployment is only under way. */
async function placesOf(api: Api, { project }: { readonly project?: string }): Promise<readonly Place[]> {
  const [pointers, recent] = await Promise.all([
    api.deploys.places(),
    api.deploys.deployments({ ...(project === undefined ? {} : { project }), limit: 100 }),
  ])
  const all = [...pointers.value, ...recent.value.items].map((one): Place => ({
    project: one.project,
    config: one.config,
  }))
  const byName = new Map(all.map((place) => [`${place.project} ${place.config}`, place]))
  return [...byName]
    .filter(([, place]) => project === undefined || place.project === project)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, place]) => place)
}

async function rowOf(api: Api, place: Place): Promise<{ readonly place: Place; readonly status: Answer<PlaceStatus> }> {
  return { place, status: await api.deploys.place(place) }
}
