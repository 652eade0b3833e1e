/** `deploy`: takes a release to where it is to run, and shows how it goes. */
import { createHash } from 'node:crypto'
import { Command } from 'commander'
import { HoldfastError } from '../../base/index.ts'
import type { Api } from '../client/api.ts'
import type { PlanAnswer } from '../client/deploy-schemas.ts'
import type { Answer, SignedRelease } from '../client/deploy-api.ts'
import { isUnreachable } from '../client/reconnecting.ts'
import { commandLine, quoted } from '../command-line.ts'
import { type Context, print, withExamples } from '../context.ts'
import { checkRelease } from '../deployments/check-release.ts'
import { followDeployment } from '../deployments/follow.ts'
import { planText, problemLines } from '../deployments/plan-text.ts'
import { type Agreed, expectWord, prepareRelease, readExpect } from '../deployments/prepare-release.ts'
import { faultyRelease, type Members, readReleaseFile, type ReleaseFile } from '../deployments/release-file.ts'
import { findSigningKey, registerOwnKey } from '../deployments/signing-key.ts'
import { placeArguments, placeWords } from '../deployments/words.ts'
import { cliError, exitCodes } from '../errors.ts'
import { connect, dataFolderIn, type ServerOptions, withServerOptions } from '../find-server.ts'
import { ReportedError } from '../reported-error.ts'
import { textWidth } from '../world.ts'

type Options = ServerOptions & {
  readonly plan?: true
  readonly full?: true
  readonly detach?: true
  readonly expect?: string
  readonly key?: string
  readonly yes?: true
  readonly json?: true
}

export function deployCommand(context: Context): Command {
  const command = new Command('deploy')
    .description('deploy a release: signed, planned, watched until it serves or is taken back')
    .argument('<file>', 'release file in JSON or YAML, - for standard input; holdfast init writes one')
    .option('--plan', 'show every call it would make, and make none')
    .option('--full', 'with --plan: every parameter of every call to its end')
    .option('--expect <plan>', 'go ahead only if the plan is still the one that --plan showed')
    .option('--detach', 'return as soon as it has begun')
    .option(
      '--key <file>',
      'sign with this Ed25519 key (default: $HOLDFAST_KEY, else your own, made at the first deploy)',
    )
    .option('--yes', 'do not ask before what cannot be taken back')
    .option('--json', 'print each change as a JSON line; the plan as one JSON document')
    .addHelpText('after', exitCodesHelp)
    .action((file: string, options: Options) => deploy(context, file, options))
  return withExamples(withServerOptions(command), [
    ['holdfast deploy release.yaml', 'deploys it, and shows how it goes'],
    ['holdfast deploy release.yaml --plan', 'what it would do, to the last call'],
    ['holdfast deploy release.yaml --expect 20261120T162937123Z-9f3c…', 'only what was reviewed'],
    [
      'HOLDFAST_KEY=/run/secrets/key holdfast deploy release.yaml --json --yes',
      'in a pipeline: it comes by its ID token',
    ],
  ])
}

const exitCodesHelp = `
Ctrl-C lets it go on without you. Exit codes: 0 deployed, 1 failed and taken back, 2 wrong usage or release file,
3 refused, 4 halted or waiting for a decision, 5 no server answers.`

async function deploy(context: Context, path: string, options: Options): Promise<void> {
  const { world } = context
  const agreed = agreedIn(options)
  const file = await readReleaseFile(world, path)
  await checkRelease(file)
  const api = await connect(world, options, { inPipeline: true })
  const release = await prepareRelease(withDate(file, agreed), world.now(), [dataFolderIn(world, options.data)])
  const planned = await planOf(api, file, release)
  if (options.plan === true) return showPlan(context, path, options, { release, planned })
  requireAgreement(planned.value, agreed, path, context)
  requireNoProblems(planned.value)
  await confirm(context, planned.value, options)
  const { signed, isOwn } = await sign(context, api, release, options)
  const { value: begun, plain } = await begin(context, api, { signed, planHash: agreed?.hash, isOwn })
  if (options.detach === true) return showBegun(context, begun.id, plain, options)
  if (options.json === true) print(context, JSON.stringify({ kind: 'begun', ...Object(plain) }))
  await followDeployment(context, {
    ...{ api, id: begun.id, server: options, plan: planned.value.plan },
    json: options.json === true,
  })
}

// ---- what is asked for

function agreedIn({ expect }: Options): Agreed | undefined {
  if (expect === undefined) return undefined
  const agreed = readExpect(expect)
  if (agreed !== undefined) return agreed
  throw cliError('cli.usage', `"${expect}" is not what --plan prints behind --expect`, {
    place: '--expect',
    accepted: 'a date and the hash of a plan, such as 20261120T162937123Z-9f3c…',
  })
}

/** The plan is one of a release with its date: with another date it is another release. */
function withDate(file: ReleaseFile, agreed: Agreed | undefined): ReleaseFile {
  const written = file.document['createdAt']
  if (agreed === undefined) return file
  if (agreed.createdAt !== undefined) return { ...file, document: { ...file.document, createdAt: agreed.createdAt } }
  if (written !== undefined) return file
  throw cliError('cli.usage', 'A bare hash is of no plan of this file: its release is dated when it is planned', {
    place: '--expect',
    accepted: 'what --plan prints behind --expect, with the date before the hash',
  })
}

/** The server's word on what a release may hold is the last. @throws HoldfastError, with the line of the file where it can */
async function planOf(api: Api, file: ReleaseFile, release: Members): Promise<Answer<PlanAnswer>> {
  try {
    return await api.deploys.plan({ release })
  } catch (error) {
    const { code, place, message } =
      error instanceof HoldfastError ? error : { code: '', place: undefined, message: '' }
    const isFault = code === 'deploy.release_invalid' || code === 'deploy.target_unknown'
    if (!isFault || place === undefined) throw error
    throw faultyRelease(file, [{ place, message: message.replace(`The release is not valid: ${place}: `, '') }])
  }
}

function requireAgreement(
  { hash, plan }: PlanAnswer,
  agreed: Agreed | undefined,
  path: string,
  { world }: Context,
): void {
  if (agreed === undefined || agreed.hash === hash) return
  throw cliError('cli.plan_refused', `The plan is not the one that was agreed to: now it is ${hash}`, {
    place: '--expect',
    accepted: 'the same release file, artifact and hosts, and the same version serving, as when the plan was made',
    repair: `look at the plan of ${placeWords(plan)} again: ${commandLine(world, `deploy ${quoted(path)} --plan`)}`,
  })
}

function requireNoProblems({ problems, plan }: PlanAnswer): void {
  const [first] = problems
  if (first === undefined) return
  throw new ReportedError(
    'cli.plan_refused',
    problems.map(({ what, command }) => `${what}; ${command}`).join('; '),
    ({ paint, width }) =>
      [
        paint.state('failed', `refused: ${placeWords(plan)} cannot take it now; nothing was touched`),
        ...problemLines(problems, { paint, width }).slice(1),
      ].join('\n'),
    { kind: 'conflict', ...(first.field === undefined ? {} : { place: first.field }), repair: first.command },
  )
}

/** What cannot be undone is asked about; everything else comes back by itself. */
async function confirm({ world }: Context, { plan }: PlanAnswer, { yes }: Options): Promise<void> {
  if (yes === true || plan.forwardOnly === undefined) return
  const reply = await world.ask(
    `! forward only: ${plan.forwardOnly}\n  If it fails, the former version does not come back by itself. Deploy to ${placeWords(plan)}? [y/N] `,
  )
  if (reply !== undefined && /^y(es)?$/i.test(reply.trim())) return
  throw cliError('cli.not_confirmed', `Not deployed: ${placeArguments(plan)} could not be taken back by itself`, {
    accepted: reply === undefined ? '--yes, where nobody can be asked' : 'y, or --yes on the command line',
  })
}

// ---- doing it

type Signed = { readonly signed: SignedRelease; readonly isOwn: boolean }

async function sign(context: Context, api: Api, release: Members, options: Options): Promise<Signed> {
  const { world, paint } = context
  const { signRelease } = await import('../../deploy/index.ts')
  const key = await findSigningKey(world, options.key, options)
  const told = await registerOwnKey(world, api, key)
  if (told !== undefined) world.err.write(`${paint.state('done', told)}\n`)
  return { signed: signRelease(key.privatePem, asDocument(release)), isOwn: key.isOwn }
}

/** What was read from JSON or YAML holds nothing but JSON. */
const asDocument = (release: Members) => release as Parameters<typeof import('../../deploy/index.ts').signRelease>[1]

/** So often a server that is just restarting is asked again. */
const tries = 20

/** The same signed release under the same key: however often it is sent, it begins once. */
async function begin({ world }: Context, api: Api, asked: Signed & { readonly planHash: string | undefined }) {
  const { signed, planHash } = asked
  const key = `deploy-${createHash('sha256').update(signed.signature.value).digest('hex').slice(0, 40)}`
  const request = { ...signed, ...(planHash === undefined ? {} : { planHash }) }
  for (let left = tries; ; left--) {
    try {
      return await api.deploys.deploy(request, key)
    } catch (error) {
      if (left === 1 || !isUnreachable(error)) throw error
      await world.pause(500)
    }
  }
}

function showBegun(context: Context, id: string, plain: unknown, options: Options): void {
  const { world, paint } = context
  if (options.json === true) return print(context, JSON.stringify(plain))
  print(context, `${paint.state('running', 'begun')}  ${id}`)
  print(context, `  watch it  ${commandLine(world, `status ${id} --follow`, options)}`)
}

type Reviewed = { readonly release: Members; readonly planned: Answer<PlanAnswer> }

async function showPlan(
  context: Context,
  path: string,
  options: Options,
  { release, planned }: Reviewed,
): Promise<void> {
  const { world, paint } = context
  const { value, plain } = planned
  const word = expectWord(String(release['createdAt']), value.hash)
  if (value.problems.length > 0) context.exitWith(exitCodes.refused)
  if (options.json === true) return print(context, JSON.stringify({ ...Object(plain), expect: word }))
  const { showSymbols } = await import('../../deploy/index.ts')
  const width = textWidth(world.out)
  const show = (parameters: unknown): unknown => showSymbols(parameters as Parameters<typeof showSymbols>[0])
  const go = commandLine(world, `deploy ${quoted(path)} --expect ${word}`, options)
  print(context, planText(value, { paint, width, show, full: options.full === true }))
  print(context, `\n  ${paint.dim('plan')}  ${value.hash}`)
  if (value.problems.length === 0) print(context, `  ${paint.dim('do exactly this')}\n  ${go}`)
}
