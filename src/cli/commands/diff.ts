/** `diff`: what differs between two deployments or releases: in what was asked for, and in what was planned. */
import { Command } from 'commander'
import type { Api } from '../client/api.ts'
import { answer, type Context, withExamples } from '../context.ts'
import { comparisonText, type Difference, releasesText } from '../deployments/difference-text.ts'
import { isDeploymentId } from '../deployments/find.ts'
import { cliError } from '../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../find-server.ts'

type Options = ServerOptions & { readonly json?: true }

export function diffCommand(context: Context): Command {
  const command = new Command('diff')
    .description('what differs between two deployments, or two releases')
    .argument('<from>', 'id of a deployment or of a release, as holdfast history lists them')
    .argument('<to>', 'another one')
    .option('--json', 'print the differences as JSON')
    .action((from: string, to: string, options: Options) => diff(context, [from, to], options))
  return withExamples(withServerOptions(command), [
    ['holdfast diff dep_01k… dep_01m…', 'in the release files and in the plans'],
    ['holdfast diff 20260102T030405Z-0f1e2d3c4b5a 20260103T…', 'in the release files'],
  ])
}

type Pair = readonly [from: string, to: string]

async function diff(context: Context, [from, to]: Pair, options: Options): Promise<void> {
  const api = await connect(context.world, options)
  const json = options.json === true
  if (isDeploymentId(from) !== isDeploymentId(to)) {
    throw cliError('cli.usage', `${from} and ${to} are not of one kind`, {
      accepted: 'two deployments or two releases',
    })
  }
  if (isDeploymentId(from)) {
    const { value, plain } = await api.deploys.compare(from, to)
    return answer(context, json, plain, () => comparisonText(context, value))
  }
  const { changeBetween } = await import('../../audit/index.ts')
  const [before, after] = await Promise.all([documentOf(api, from), documentOf(api, to)])
  const release: Difference = changeBetween(before, after)
  answer(context, json, { from, to, release }, () => releasesText(context, [from, to], release))
}

type Document = Parameters<typeof import('../../audit/index.ts').changeBetween>[0]

/** A release was signed as JSON, and comes as JSON. */
async function documentOf(api: Api, id: string): Promise<Document> {
  return (await api.deploys.release(id)).value.document as Document
}
