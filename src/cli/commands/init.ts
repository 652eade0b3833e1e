/** `init`: writes a release file for the app in a folder, and says what it found. Needs no server. */
import { statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { commandLine, quoted } from '../command-line.ts'
import { type Context, print, withExamples } from '../context.ts'
import { cliError } from '../errors.ts'
import { readAppFiles } from '../init/app-files.ts'
import { describeApp, type Wishes } from '../init/describe-app.ts'
import { describeFindings } from '../init/describe-findings.ts'
import type { Findings } from '../init/findings.ts'
import { askWishes, hostsIn, wrongConfig, wrongHosts, wrongProject } from '../init/questions.ts'
import { writeReleaseFile } from '../init/write-release-file.ts'
import { textWidth, type World } from '../world.ts'

type Options = {
  readonly project?: string
  readonly config?: string
  readonly command?: string
  readonly host?: readonly string[]
  readonly force?: true
  readonly stdout?: true
  readonly json?: true
}

const fileName = 'holdfast.yaml'

export function initCommand(context: Context): Command {
  const command = new Command('init')
    .description('write a release file for the app in a folder, each line explained')
    .argument('[folder]', 'where the app stands', '.')
    .option(
      '--project <org/name>',
      'its project (default: what its repository or its package says)',
      fitting(wrongProject),
    )
    .option('--config <config>', 'its environment (default: production)', fitting(wrongConfig))
    .option('--command <line>', 'how it is started (default: what package.json, Procfile or Dockerfile says)')
    .option('--host <name>', 'a host name it is reached by; may be repeated (default: any)', oneMoreHost)
    .option('--force', `overwrite ${fileName}`)
    .option('--stdout', 'print the file instead of writing it; what was found goes to standard error')
    .option('--json', 'print what was found, and the file, as JSON')
    .action((folder: string, options: Options) => init(context, folder, options))
  return withExamples(command, [
    ['holdfast init', `looks at this folder, asks what it cannot see, writes ${fileName}`],
    ['holdfast init ./shop --project acme/shop --host shop.example.com', 'asks nothing'],
    ['holdfast init --stdout | less', 'shows what it would write'],
  ])
}

const fitting = (wrong: (text: string) => string | undefined) => (text: string) => {
  const message = wrong(text)
  if (message === undefined) return text
  throw new InvalidArgumentError(message)
}

const oneMoreHost = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...hostsIn(fitting(wrongHosts)(text)),
]

async function init(context: Context, folder: string, options: Options): Promise<void> {
  const { world } = context
  const app = resolve(world.workingFolder, folder)
  const target = join(app, fileName)
  const isPrinted = options.stdout === true || options.json === true
  requireFolder(app, folder)
  if (!isPrinted && options.force !== true && statSync(target, { throwIfNoEntry: false }) !== undefined) {
    throw fileExists(world, target)
  }
  const findings = await findingsFor(world, app, options)
  if (findings === undefined) return world.err.write(`${context.paint.state('halted', 'nothing was written')}\n`)
  const text = writeReleaseFile(findings)
  if (options.json === true) return print(context, JSON.stringify({ ...asJson(findings), file: text }))
  if (options.stdout === true) {
    world.out.write(text)
    return world.err.write(`${describeFindings(findings, { paint: context.paint, width: textWidth(world.err) })}\n`)
  }
  write(world, target, text, options.force === true)
  print(context, report(context, findings, target))
}

/** Undefined: the person was asked, and would rather stop. */
async function findingsFor(world: World, folder: string, options: Options): Promise<Findings | undefined> {
  const files = readAppFiles(folder)
  const { project, config, command, host: hosts } = options
  const wishes = onlySaid({ project, config, command, hosts })
  const found = describeApp(files, wishes)
  if (found === undefined) throw appUnknown(world, folder)
  if (world.prompt === undefined || options.stdout === true || options.json === true) return found
  const asked = await askWishes(world.prompt, found, wishes)
  return asked === undefined ? undefined : describeApp(files, asked)
}

type MaybeSaid = { readonly [Name in keyof Wishes]: Wishes[Name] | undefined }

function onlySaid({ project, config, command, hosts }: MaybeSaid): Wishes {
  return {
    ...(project === undefined ? {} : { project }),
    ...(config === undefined ? {} : { config }),
    ...(command === undefined ? {} : { command }),
    ...(hosts === undefined ? {} : { hosts }),
  }
}

function requireFolder(app: string, named: string): void {
  if (statSync(app, { throwIfNoEntry: false })?.isDirectory() === true) return
  throw cliError('cli.file_unreadable', `There is no folder ${named}`, { place: named })
}

const appUnknown = (world: World, folder: string) =>
  cliError('cli.app_unknown', 'Nothing here says how the app is started', {
    place: folder,
    accepted: 'package.json with a start script or a main file, Procfile, or Dockerfile with CMD',
    repair: `say it: ${commandLine(world, "init --command 'node server.js'")}`,
  })

const fileExists = (world: World, target: string) =>
  cliError('cli.file_exists', `${shown(world, target)} is there already`, {
    repair: 'read it; to have it written anew: --force; to see what would be written: --stdout',
  })

/** Somebody else may have written it since it was looked for. */
function write(world: World, target: string, text: string, overwrites: boolean): void {
  try {
    writeFileSync(target, text, { flag: overwrites ? 'w' : 'wx' })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EEXIST') throw fileExists(world, target)
    throw cliError('cli.file_unreadable', `Cannot write ${shown(world, target)}`, { place: target, cause })
  }
}

/** As a person would type it. */
function shown({ workingFolder }: World, path: string): string {
  const near = relative(workingFolder, path)
  return near.startsWith('../..') ? path : near
}

function report({ paint, world }: Context, findings: Findings, target: string): string {
  const file = shown(world, target)
  const { project, config } = findings
  return [
    `${paint.state('done', 'wrote')} ${paint.bold(file)}  ${paint.dim(`${project.value} › ${config.value}`)}`,
    '',
    describeFindings(findings, { paint, width: textWidth(world.out) }),
    '',
    paint.bold('Next'),
    `  ${commandLine(world, `deploy ${quoted(file)} --plan`)}\n    ${paint.dim('every call it would make; nothing happens')}`,
    `  ${commandLine(world, `deploy ${quoted(file)}`)}`,
  ].join('\n')
}

/** Maps are objects in JSON. */
function asJson({ services, ...findings }: Findings): object {
  return {
    ...findings,
    services: services.map((service) => ({ ...service, environment: Object.fromEntries(service.environment) })),
  }
}
