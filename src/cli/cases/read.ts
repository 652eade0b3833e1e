/** A case file, read and checked: each fault with its line or its member. */
import { dirname, isAbsolute, join } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import type { z } from 'zod'
import { nearestWord } from '../../base/index.ts'
import { answer, type CaseFile, caseFile, expectation, testCase } from '../../rehearsal/index.ts'
import { type Definition, readDefinition } from '../definitions.ts'
import { cliError } from '../errors.ts'
import { readText } from '../files.ts'
import type { World } from '../world.ts'

export type Cases = CaseFile & { readonly definition: Definition; readonly machinePath: string }

/** @throws HoldfastError cli.file_unreadable, cli.file_invalid */
export async function readCases(world: World, path: string): Promise<Cases> {
  const cases = checked(path, yaml(path, await readText(world, path)))
  const folder = path === '-' ? '.' : dirname(path)
  const machinePath = isAbsolute(cases.machine) ? cases.machine : join(folder, cases.machine)
  return { ...cases, machinePath, definition: await readDefinition(world, machinePath) }
}

function yaml(path: string, text: string): unknown {
  try {
    return parse(text, { merge: true })
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause
    const line = cause.linePos?.[0]
    throw cliError('cli.file_invalid', `${path} is no YAML: ${cause.message.split('\n')[0] ?? ''}`, {
      ...(line === undefined ? {} : { place: `line ${line.line}, column ${line.col}` }),
      cause,
    })
  }
}

function checked(path: string, value: unknown): CaseFile {
  const result = caseFile.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.slice(0, 10).map((issue) => faultOf(issue))
  throw cliError('cli.file_invalid', `${path} is no file of cases: ${faults.join('; ')}`, {
    place: result.error.issues[0]?.path.join('.') || 'the top of the file',
    accepted: 'machine: FILE and cases: a list of {name, input, mocks, expect}',
    repair: 'compare it with examples/order/order.test.yaml',
  })
}

const knownKeys = Object.keys({ ...caseFile.shape, ...testCase.shape, ...answer.shape, ...expectation.shape })

function faultOf(issue: z.core.$ZodIssue): string {
  const place = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return `${place}: ${issue.message}`
  return issue.keys
    .map((key) => {
      const near = nearestWord(key, knownKeys)
      return `${place === '' ? '' : `${place}.`}${key}: unknown${near === undefined ? '' : `, did you mean "${near}"?`}`
    })
    .join('; ')
}
