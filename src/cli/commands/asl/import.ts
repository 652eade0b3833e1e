/** `asl import`: the state machines of a template of SAM, CloudFormation or CDK, as files that run here. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import type { Account } from '../../../engine/index.ts'
import type { Api } from '../../client/api.ts'
import { type Context, answer, withExamples } from '../../context.ts'
import { nowhere } from '../../definitions.ts'
import { exitCodes } from '../../errors.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { keyValue } from '../../options.ts'
import { refuseExisting } from '../../template/existing.ts'
import { type Imported, type ImportedMachine, importTemplates } from '../../template/import.ts'
import { importAsJson, importAsText, type Outcome } from '../../template/import-text.ts'
import { scaffoldOf } from '../../template/scaffold.ts'

type Options = ServerOptions & {
  readonly out: string
  readonly parameter?: ReadonlyMap<string, string>
  readonly definition?: ReadonlyMap<string, string>
  readonly stackName?: string
  readonly region?: string
  readonly account?: string
  readonly force?: true
  readonly start?: true
  readonly functions?: string
  readonly json?: true
}

export function importCommand(context: Context): Command {
  const command = new Command('import')
    .description('take the state machines out of a template of SAM, CloudFormation or CDK')
    .argument('<template>', 'a template in YAML or JSON, the folder of one, or a cdk.out')
    .option('--out <dir>', 'folder for the .asl.json files', '.')
    .option('--parameter <name=value>', 'value of a parameter, or of LogicalId or LogicalId.Attribute', keyValue)
    .option('--definition <id=file>', 'file with the definition of a machine that only AWS has', keyValue)
    .option('--stack-name <name>', "AWS::StackName (default: the template's name, or its folder's)")
    .option('--region <region>', "AWS::Region (default: the server's with --start, else us-east-1)")
    .option('--account <id>', "AWS::AccountId (default: the server's with --start, else 000000000000)")
    .option('--functions <file>', 'also write a stand-in for every Lambda function, to be run with node')
    .option('--force', 'write over files that are there')
    .option('--start', 'create (or update) machines and activities in the running server')
    .option('--json', 'print what was found as JSON')
    .action((template: string, options: Options) => run(context, template, options))
  return withExamples(withServerOptions(command), [
    ['holdfast asl import template.yaml --out flows', 'one .asl.json for each machine, and what has no value here'],
    ['holdfast asl import cdk.out --out flows --start', 'what `cdk synth` wrote, created in the running server'],
    ['holdfast asl import . --parameter Stage=test --functions functions.ts', 'with stand-ins for the functions'],
  ])
}

async function run(context: Context, path: string, options: Options): Promise<void> {
  const { world } = context
  const api = options.start === true ? await connect(world, options) : undefined
  const account = await accountFor(api, options)
  const imported = await importTemplates(path, {
    ...{ workingFolder: world.workingFolder, account },
    ...{
      stackName: options.stackName,
      given: options.parameter ?? new Map(),
      definitions: options.definition ?? new Map(),
    },
  })
  const files = await writeAll(context, imported, options)
  const created = api === undefined ? new Map<string, string>() : await createAll(api, imported)
  if (imported.machines.length === 0 || imported.machines.some(isIncomplete)) context.exitWith(exitCodes.failed)
  const outcome: Outcome = { imported, account, files, created, functionsFile: options.functions }
  answer(context, options.json === true, importAsJson(outcome), () => importAsText(context, outcome))
}

async function accountFor(api: Api | undefined, { region, account }: Options): Promise<Account> {
  const here: Account = api === undefined ? nowhere : await api.version()
  return { region: region ?? here.region, accountId: account ?? here.accountId }
}

const isIncomplete = ({ unresolved, findings }: ImportedMachine): boolean =>
  unresolved.length > 0 || findings.length > 0

/** Machine → the file it was written to, as the person would write it. @throws HoldfastError cli.file_exists */
async function writeAll(
  { world }: Context,
  imported: Imported,
  { out, force, functions }: Options,
): Promise<ReadonlyMap<string, string>> {
  const folder = resolve(world.workingFolder, out)
  const texts = new Map<string, string>()
  const files = new Map<string, string>()
  for (const { name, text } of imported.machines) {
    if (text === undefined) continue
    const path = join(folder, `${name}.asl.json`)
    texts.set(path, text)
    files.set(name, relative(world.workingFolder, path))
  }
  if (functions !== undefined) texts.set(resolve(world.workingFolder, functions), scaffoldOf(imported))
  if (force !== true) await refuseExisting([...texts.keys()], world.workingFolder)
  await mkdir(folder, { recursive: true })
  for (const [path, text] of texts) await writeFile(path, text)
  return files
}

/** Those that the checker accepts; machine → ARN. Activities first, for a task of one that is not there fails. */
async function createAll(api: Api, { machines, activities }: Imported): Promise<ReadonlyMap<string, string>> {
  for (const { name } of activities) await api.putActivity(name)
  const created = new Map<string, string>()
  for (const { name, type, text, findings } of machines) {
    if (text === undefined || findings.length > 0) continue
    const arn = type === 'EXPRESS' ? await api.putExpressMachine(name, text) : await api.putMachine(name, text)
    created.set(name, arn)
  }
  return created
}
