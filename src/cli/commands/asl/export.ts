/** `asl export`: a state machine as a template that SAM or CloudFormation deploys. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import type { Account } from '../../../engine/index.ts'
import { type Context, answer, withExamples } from '../../context.ts'
import { nowhere, readDefinition } from '../../definitions.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'
import { machineNameOf } from '../../names.ts'
import { oneOf } from '../../options.ts'
import { prettyJson } from '../../pretty.ts'
import { refuseExisting } from '../../template/existing.ts'
import { type ExportedTemplate, exportTemplate, type TemplateFormat } from '../../template/export.ts'
import type { MachineType } from '../../template/template.ts'

type Options = ServerOptions & {
  readonly format: TemplateFormat
  readonly out: string
  readonly name?: string
  readonly force?: true
  readonly json?: true
}

export function exportCommand(context: Context): Command {
  const command = new Command('export')
    .description('write a state machine as a template of SAM or CloudFormation')
    .argument('<machine>', 'name of a machine of the server, a file with a definition, or a module with a procedure')
    .option('--format <format>', 'sam or cloudformation', oneOf(['sam', 'cloudformation']), 'sam')
    .option('--out <dir>', 'folder for template.yaml', '.')
    .option('--name <name>', 'name of the machine in the template')
    .option('--force', 'write over files that are there')
    .option('--json', 'print the files and substitutions as JSON')
    .action((machine: string, options: Options) => run(context, machine, options))
  return withExamples(withServerOptions(command), [
    ['holdfast asl export order --out deploy', 'a machine of the server, for sam deploy'],
    ['holdfast asl export order.asl.json --format cloudformation', 'a file, for aws cloudformation deploy'],
  ])
}

type Found = {
  readonly definition: string
  readonly type: MachineType
  readonly account: Account
}

async function run(context: Context, machine: string, options: Options): Promise<void> {
  const { world } = context
  const found = isFile(machine) ? await fromFile(context, machine) : await fromServer(context, machine, options)
  const name = options.name ?? machineNameOf(machine)
  const exported = exportTemplate({ ...found, name, format: options.format })
  const folder = resolve(world.workingFolder, options.out)
  const paths = [...exported.files].map(([file, text]) => [join(folder, file), text] as const)
  if (options.force !== true)
    await refuseExisting(
      paths.map(([path]) => path),
      world.workingFolder,
    )
  await mkdir(folder, { recursive: true })
  for (const [path, text] of paths) await writeFile(path, text)
  const files = paths.map(([path]) => relative(world.workingFolder, path))
  answer(context, options.json === true, { files, substitutions: exported.substitutions }, () =>
    report(context, files, exported),
  )
}

/** What ends like a file is one; a machine's name has no such end. */
const isFile = (text: string): boolean => text === '-' || /\.(json|[cm]?[jt]s)$/i.test(text) || text.includes('/')

async function fromFile({ world }: Context, file: string): Promise<Found> {
  const { text } = await readDefinition(world, file)
  return { definition: text, type: 'STANDARD', account: nowhere }
}

async function fromServer({ world }: Context, machine: string, options: Options): Promise<Found> {
  const api = await connect(world, options)
  const [{ definition, type }, account] = await Promise.all([api.machine(machine), api.version()])
  const readable = definition.trim().includes('\n') ? definition : `${prettyJson(definition)}\n`
  return { definition: readable, type, account }
}

function report({ paint }: Context, files: readonly string[], { substitutions }: ExportedTemplate): string {
  return [
    ...files.map((file) => paint.state('done', file)),
    ...substitutions.map(({ name, original, isParameter }) => {
      return `  ${name}  ${paint.dim(isParameter ? 'parameter' : "the stack's own")}  ${original}`
    }),
    `  ${paint.dim('deploy it')}  the stack wants RoleArn: a role that may call what the machine calls`,
  ].join('\n')
}
