/** Templates on the disk, to state machines: finds them, reads what they point to, and checks what comes out. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { HoldfastError, isJsonObject, type Json, parseJson, printJson } from '../../base/index.ts'
import type { Diagnostic } from '../../asl/index.ts'
import type { Account } from '../../engine/index.ts'
import { cliError } from '../errors.ts'
import { findingsOf } from '../findings.ts'
import { prettyJson } from '../pretty.ts'
import { type Calls, callsOf } from './calls.ts'
import type { Assumed, Unresolved } from './resolve.ts'
import { readSource } from './source.ts'
import { type Substituted, substituteInJson, substituteInText, substituteInValue } from './substitute.ts'
import {
  type MachineType,
  readTemplate,
  type Template,
  type TemplateActivity,
  type TemplateFunction,
  type TemplateMachine,
} from './template.ts'
import { requireWithin } from './within.ts'

export type ImportedMachine = {
  readonly name: string
  readonly id: string
  /** Path of its template, as the person would write it. */
  readonly template: string
  readonly type: MachineType
  /** The definition; undefined when it could not be had, and then `unresolved` says why. */
  readonly text: string | undefined
  readonly calls: Calls
  readonly unresolved: readonly Unresolved[]
  /** Errors only. */
  readonly findings: readonly Diagnostic[]
  readonly notes: readonly string[]
}

export type Imported = {
  readonly machines: readonly ImportedMachine[]
  readonly functions: readonly TemplateFunction[]
  readonly activities: readonly TemplateActivity[]
  readonly assumed: readonly Assumed[]
  readonly notes: readonly string[]
}

export type ImportOptions = {
  readonly workingFolder: string
  readonly account: Account
  readonly stackName: string | undefined
  readonly given: ReadonlyMap<string, string>
  /** `--definition`: logical id → file, for definitions that only AWS has. */
  readonly definitions: ReadonlyMap<string, string>
}

/** @throws HoldfastError cli.file_unreadable, cli.file_invalid, cli.usage */
export async function importTemplates(path: string, options: ImportOptions): Promise<Imported> {
  const files = await templatesAt(resolve(options.workingFolder, path), path)
  const read = await Promise.all(files.map((file) => importOne(file, options)))
  const machines = read.flatMap((one) => one.machines)
  refuseUnused(
    read.map(({ template }) => template),
    options,
  )
  return {
    machines: withOwnNames(machines),
    functions: read.flatMap(({ template }) => template.functions),
    activities: read.flatMap(({ template }) => template.activities),
    assumed: read.flatMap(({ template }) => template.assumed),
    notes: read.flatMap(({ template }) => template.notes),
  }
}

/** The template itself; of a folder, what SAM calls its own and all that CDK has put there. */
async function templatesAt(path: string, given: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw cliError('cli.file_unreadable', `Cannot read ${given}: there is no such file or folder`, {
      place: given,
      cause,
    })
  })
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).toSorted()
  const synthesised = names.filter((name) => name.endsWith('.template.json'))
  const usual = names.filter((name) => /^template\.(ya?ml|json)$/.test(name))
  const inside = names.includes('cdk.out') ? await templatesAt(join(path, 'cdk.out'), given) : []
  const templates = [...synthesised, ...usual].map((name) => join(path, name))
  if (templates.length + inside.length > 0) return [...templates, ...inside]
  throw cliError('cli.file_invalid', `${given} holds no template`, {
    place: given,
    accepted: 'a template, a folder with template.yaml, or the cdk.out that `cdk synth` writes',
  })
}

async function importOne(file: string, options: ImportOptions) {
  const shown = relative(options.workingFolder, file) || basename(file)
  const stackName = options.stackName ?? stackNameOf(file)
  const text = await readFile(file, 'utf8')
  const template = readTemplate(text, { ...options, file: shown, stackName })
  const machines = await Promise.all(template.machines.map((machine) => finish(machine, { file, shown, options })))
  return { template, machines }
}

/** `Shop.template.json` → `Shop`; a `template.yaml` is called as its folder. */
function stackNameOf(file: string): string {
  const stem = basename(file).replace(/(\.nested)?\.template\.json$|\.(ya?ml|json)$/i, '')
  const name = stem === 'template' ? basename(dirname(file)) : stem
  return name.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'local'
}

type Place = { readonly file: string; readonly shown: string; readonly options: ImportOptions }

type Written = { readonly text: string; readonly missing: readonly string[] }

/** A template may hold a definition that cannot be read: the other machines come all the same. */
async function finish(machine: TemplateMachine, place: Place): Promise<ImportedMachine> {
  const { id, name, type, notes } = machine
  const common = { id, name, type, notes, template: place.shown }
  const nothing = { text: undefined, calls: { functions: [], activities: [], services: [] }, findings: [] }
  try {
    const written = await definitionText(machine, place)
    if (written === undefined)
      return { ...common, ...nothing, unresolved: [...machine.unresolved, unreachable(machine)] }
    const unresolved = [...machine.unresolved, ...written.missing.map((missing) => unfilled(machine, missing))]
    const findings = findingsOf({ name, text: written.text, isSource: true }).filter(
      ({ severity }) => severity === 'ERROR',
    )
    return { ...common, text: written.text, calls: callsOf(parsed(written.text)), unresolved, findings }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    const repair = error.repair ?? 'mend the definition'
    const unread = { place: error.place ?? machine.place, what: error.message, repair }
    return { ...common, ...nothing, unresolved: [...machine.unresolved, unread] }
  }
}

async function definitionText(machine: TemplateMachine, place: Place): Promise<Written | undefined> {
  const { definition, substitutions } = machine
  const handed = place.options.definitions.get(machine.id)
  if (handed !== undefined) return fromFile(resolve(place.options.workingFolder, handed), handed, substitutions)
  switch (definition.kind) {
    case 'text':
      return readable(substituteInJson(definition.text, substitutions))
    case 'value': {
      const { result, missing } = substituteInValue(definition.value, substitutions)
      return { text: `${prettyJson(printJson(result))}\n`, missing }
    }
    case 'file':
      return fromBeside(machine, place, { path: resolve(dirname(place.file), definition.path), shown: definition.path })
    case 'bucket': {
      const path = await assetOf(dirname(place.file), definition.key)
      return path === undefined ? undefined : fromBeside(machine, place, { path, shown: definition.key })
    }
    case 'none':
      return undefined
    default:
      return definition satisfies never
  }
}

async function fromBeside(
  { id, place, substitutions }: TemplateMachine,
  { file }: Place,
  { path, shown }: { readonly path: string; readonly shown: string },
): Promise<Written> {
  await requireWithin(dirname(file), { path, shown, id, place })
  return fromFile(path, shown, substitutions)
}

/** JSON keeps its layout, for its lines mean something to whoever wrote them; YAML becomes JSON. */
async function fromFile(path: string, shown: string, values: TemplateMachine['substitutions']): Promise<Written> {
  const text = await readFile(path, 'utf8').catch(async (cause: unknown) => {
    throw cliError('cli.file_unreadable', `Cannot read the definition ${shown}: there is no such file`, {
      place: shown,
      repair: await repairOfMissing(path),
      cause,
    })
  })
  if (!/\.ya?ml$/i.test(path)) return readable(substituteInJson(text, values))
  const { result, missing } = substituteInText(text, values)
  return { text: `${prettyJson(printJson(readSource(shown, result).value))}\n`, missing }
}

/** Where a file system forgets about capitals a template may name a file that is another one here. */
async function repairOfMissing(path: string): Promise<string> {
  const beside = await readdir(dirname(path)).catch((): string[] => [])
  const near = beside.find((name) => name.toLowerCase() === basename(path).toLowerCase())
  return near === undefined ? 'bring it there, or hand it over with --definition ID=FILE' : `the file is called ${near}`
}

function readable({ result, missing }: Substituted<string>): Written {
  const oneLine = !result.trim().includes('\n')
  return { text: oneLine && isJson(result) ? `${prettyJson(result)}\n` : `${result.trimEnd()}\n`, missing }
}

/** Where CDK keeps what it will upload: by the hash that is also the key. */
async function assetOf(folder: string, key: string): Promise<string | undefined> {
  const name = basename(key)
  for (const candidate of [`asset.${name}`, name]) {
    const path = join(folder, candidate)
    if (await isFile(path)) return path
  }
  for (const manifest of (await readdir(folder)).filter((one) => one.endsWith('.assets.json'))) {
    const files = memberOf(parsed(await readFile(join(folder, manifest), 'utf8')), 'files')
    const source = memberOf(memberOf(files, name.replace(/\.[^.]*$/, '')), 'source')
    const path = memberOf(source, 'path')
    if (typeof path === 'string') return join(folder, path)
  }
  return undefined
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    // What cannot be looked at is not there for us.
    () => false,
  )

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  value !== undefined && isJsonObject(value) ? value.get(name) : undefined

const isJson = (text: string): boolean => parsed(text) !== null

/** Null when it is no JSON: the checker tells that with its line. */
function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    // As said above: told by the checker.
    return null
  }
}

function unreachable({ id, definition, place }: TemplateMachine): Unresolved {
  if (definition.kind !== 'bucket') {
    return { place, what: `${id} has no definition`, repair: `--definition ${id}=FILE` }
  }
  const { bucket, key } = definition
  return {
    place,
    what: `the definition lies in S3, at s3://${bucket}/${key}`,
    repair: `aws s3 cp s3://${bucket}/${key} ${id}.json, then --definition ${id}=${id}.json`,
  }
}

const unfilled = ({ place, id }: TemplateMachine, name: string): Unresolved => ({
  place,
  what: `\${${name}} has no value in the DefinitionSubstitutions of ${id}`,
  repair: 'add it there, or write it as it shall be',
})

/**
 * Two machines may be called alike, or differ in what no name of a file keeps: then each has the stack in its name, and where
 * that is not enough its logical id. One would be written over the other.
 */
function withOwnNames(machines: readonly ImportedMachine[]): readonly ImportedMachine[] {
  const plain = machines.map(({ name }) => usableName(name))
  const withStack = machines.map(({ template, name }) => usableName(`${stackNameOf(template)}-${name}`))
  const withId = machines.map(({ template, id }) => usableName(`${stackNameOf(template)}-${id}`))
  return machines.map((machine, at) => {
    const free = [plain, withStack].find((names) => isAlone(names, at)) ?? withId
    return { ...machine, name: free[at] ?? machine.name }
  })
}

const usableName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '-').slice(0, 80)

/** Some file systems forget about capitals. */
const isAlone = (names: readonly string[], at: number): boolean =>
  names.filter((name) => name.toLowerCase() === names[at]?.toLowerCase()).length === 1

/** A misspelt `--parameter` would otherwise be one that never was. @throws HoldfastError cli.usage */
function refuseUnused(templates: readonly Template[], { given, definitions }: ImportOptions): void {
  const unused = [...given.keys()].filter((name) => templates.every((one) => one.unusedParameters.includes(name)))
  const ids = templates.flatMap(({ machines }) => machines.map(({ id }) => id))
  const [wrong] = [
    ...unused.map((name) => `--parameter ${name}`),
    ...[...definitions.keys()].filter((id) => !ids.includes(id)).map((id) => `--definition ${id}`),
  ]
  if (wrong === undefined) return
  throw cliError('cli.usage', `${wrong}: nothing that is imported asks for that`, {
    place: wrong,
    accepted: 'a parameter, a logical id or LogicalId.Attribute that a state machine of the template uses',
    repair: 'leave it out, or import without it to see what has no value',
  })
}
