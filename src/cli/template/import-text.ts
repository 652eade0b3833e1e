/** What an import found and did, for people and for programs. */
import type { Account } from '../../engine/index.ts'
import { commandLine, quoted } from '../command-line.ts'
import type { Context } from '../context.ts'
import { reportFindings } from '../findings.ts'
import { printable } from '../paint.ts'
import { textWidth } from '../world.ts'
import type { Imported, ImportedMachine } from './import.ts'

export type Outcome = {
  readonly imported: Imported
  /** Whose ARNs were written. */
  readonly account: Account
  /** Machine → file. */
  readonly files: ReadonlyMap<string, string>
  /** Machine → ARN, of those that are in the server now. */
  readonly created: ReadonlyMap<string, string>
  readonly functionsFile: string | undefined
}

export function importAsJson({ imported, account, files, created }: Outcome): object {
  const machines = imported.machines.map(({ text: _text, ...machine }) => ({
    ...machine,
    file: files.get(machine.name),
    arn: created.get(machine.name),
  }))
  return { ...imported, machines, account }
}

export function importAsText(context: Context, outcome: Outcome): string {
  const { imported } = outcome
  const parts = [
    ...imported.machines.map((machine) => machineText(context, machine, outcome)),
    ...(imported.machines.length === 0 ? [context.paint.state('failed', 'no state machine in it')] : []),
    noteText(context, imported),
    assumedText(context, imported),
    functionsText(context, outcome),
    nextText(context, outcome),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function machineText({ paint, world }: Context, machine: ImportedMachine, { files, created }: Outcome): string {
  const { name, type, text, unresolved, findings, notes, calls } = machine
  const whole = text !== undefined && unresolved.length === 0 && findings.length === 0
  const state = paint.state(whole ? 'done' : text === undefined ? 'failed' : 'halted', name)
  const facts = [
    type === 'EXPRESS' ? 'express' : '',
    created.has(name) ? 'created' : '',
    files.get(name) ?? 'not written',
  ]
  const called = [
    ...calls.functions.map((one) => `function ${one}`),
    ...calls.activities.map((one) => `activity ${one}`),
    ...calls.services,
  ]
  return [
    `${state}  ${paint.dim(facts.filter((fact) => fact !== '').join('  '))}`,
    ...unresolved.map(
      ({ place, what, repair }) =>
        `  ${paint.tone('halted', '■')} ${printable(place)}  ${printable(what)}\n      ${paint.dim('repair')}  ${printable(repair)}`,
    ),
    ...(findings.length === 0
      ? []
      : [
          reportFindings({ name: files.get(name) ?? name, text: text ?? '', isSource: true }, findings, {
            paint,
            width: textWidth(world.out),
          }),
        ]),
    ...(called.length === 0 ? [] : [`  ${paint.dim('calls')}  ${printable(called.join(', '))}`]),
    ...notes.map((note) => `  ${paint.dim('note')}   ${printable(note)}`),
  ].join('\n')
}

function noteText({ paint }: Context, { notes, activities }: Imported): string {
  const lines = [...notes, ...activities.map(({ name }) => `activity ${name}`)]
  return lines.map((note) => `${paint.dim('note')}  ${printable(note)}`).join('\n')
}

function assumedText({ paint }: Context, { assumed }: Imported): string {
  const [first] = assumed
  if (first === undefined) return ''
  return [
    'Taken to be called so, for nothing has made them here:',
    ...assumed.map(({ id, type, value }) => `  ${printable(id)}  ${printable(value)}  ${paint.dim(type)}`),
    `  ${paint.dim('another name')}  --parameter ${quoted(`${first.id}=…`)}`,
  ].join('\n')
}

/** How to connect what the machines call. */
function functionsText({ paint, world }: Context, { imported, functionsFile }: Outcome): string {
  const names = [...new Set(imported.machines.flatMap(({ calls }) => calls.functions))]
  if (names.length === 0) return ''
  const up = commandLine(world, 'up')
  const scaffold =
    functionsFile === undefined
      ? 'again with --functions functions.ts --force writes stand-ins: run them with node'
      : `stand-ins are in ${functionsFile}: write what each shall answer, then node ${functionsFile}`
  return [
    `Lambda functions: ${printable(names.join(', '))}`,
    `  ${scaffold}`,
    '  a local Lambda (SAM, an emulator, the stand-ins) is called when the server is started with its address:',
    `    ${paint.bold(`AWS_ENDPOINT_URL_LAMBDA=http://127.0.0.1:3001 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local ${up}`)}`,
    '  or write them as task functions in TypeScript: docs/guide/procedures.md',
  ].join('\n')
}

function nextText({ world, paint }: Context, { files, created, imported }: Outcome): string {
  const [name, file] =
    [...files].find(([one]) =>
      imported.machines.some((machine) => machine.name === one && machine.findings.length === 0),
    ) ?? []
  if (name === undefined || file === undefined) return ''
  const run = commandLine(world, `asl run ${quoted(file)} --machine ${quoted(name)} --input '{}'`)
  return `${paint.dim(created.size === 0 ? 'try it' : 'start it')}  ${run}`
}
