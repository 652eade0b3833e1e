/** What `init` says on the terminal: what it found and where, what it could not know, what comes next. Pure. */
import { labelled } from '../print-error.ts'
import type { Paint } from '../paint.ts'
import { wrap } from '../width.ts'
import type { Findings, ServiceFinding } from './findings.ts'

type Look = { readonly paint: Paint; readonly width: number }

export function describeFindings(findings: Findings, { paint, width }: Look): string {
  const { unknowns, hints } = findings
  return [
    ...labelled(rowsOf(findings), paint, width),
    ...(unknowns.length === 0 ? [] : ['', paint.bold('Could not know')]),
    ...unknowns.flatMap(({ what, assumed }) => item(what, assumed, width)),
    ...(hints.length === 0 ? [] : ['', paint.bold('Worth knowing')]),
    ...hints.flatMap((hint) => item(hint, undefined, width)),
  ].join('\n')
}

type Row = readonly [label: string, text: string | undefined]

function rowsOf({ project, config, build, services, secrets, excluded }: Findings): readonly Row[] {
  return [
    ['project', because(project.value, project.from)],
    ['config', config.value],
    ['build', build === undefined ? 'nothing to install or build' : because(build.value, build.from, build.says)],
    ...services.flatMap(serviceRows),
    [
      'secrets',
      secrets === undefined ? undefined : because(secrets.value.join(', '), `${secrets.from}, given by reference`),
    ],
    ['left out', excluded.join(', ')],
  ]
}

function serviceRows({ name, command, instances, port, healthPath, dataFolder }: ServiceFinding): readonly Row[] {
  return [
    [name, because(command.value, command.from, command.says)],
    ['', because(`${instances.value} instance${instances.value === 1 ? '' : 's'}`, instances.says)],
    ['', port === undefined ? undefined : because(`port in ${port.value}`, port.from)],
    [
      '',
      healthPath === undefined ? undefined : because(`healthy when GET ${healthPath.value} answers`, healthPath.from),
    ],
    ['', dataFolder === undefined ? undefined : because('a data folder', dataFolder)],
  ]
}

function because(value: string, ...reasons: readonly (string | undefined)[]): string {
  const told = reasons.filter((reason) => reason !== undefined && reason !== 'the usual')
  return told.length === 0 ? value : `${value}  (${told.join('; ')})`
}

function item(what: string, then: string | undefined, width: number): readonly string[] {
  const [first = '', ...rest] = wrap(then === undefined ? what : `${what}: ${then}`, width - 4)
  return [`  - ${first}`, ...rest.map((line) => `    ${line}`)]
}
