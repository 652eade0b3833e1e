/** `asl test`: the cases of a file against their state machine, in virtual time. Needs no server. */
import { Command } from 'commander'
import { compileMachine, type Machine } from '../../../asl/index.ts'
import { formatDuration, type HoldfastError } from '../../../base/index.ts'
import { createExpressions, type Expressions } from '../../../jsonata/index.ts'
import { type CaseResult, runCase } from '../../../rehearsal/index.ts'
import { type Cases, readCases } from '../../cases/read.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { cliError, exitCodes } from '../../errors.ts'
import { findingsOf, invalidDefinition, isError } from '../../findings.ts'
import { icon, type Paint, printable } from '../../paint.ts'
import { textWidth } from '../../world.ts'
import { wrap } from '../../width.ts'

type Options = { readonly only?: string; readonly express?: true; readonly json?: true }

export function testCommand(context: Context): Command {
  const command = new Command('test')
    .description('run test cases against a state machine; waits are skipped, tasks are mocked')
    .argument('<file>', 'cases in YAML: input, mocks per attempt, expected path and output')
    .option('--only <text>', 'only cases whose name contains this')
    .option('--express', 'as an express state machine: checked as one, and over after five minutes')
    .option('--json', 'print the results as JSON')
    .action(async (file: string, options: Options) => {
      const results = await runCases(await readCases(context.world, file), options)
      if (results.length === 0) throw nothingToRun(file, options.only ?? '')
      if (results.some(({ passed }) => !passed)) context.exitWith(exitCodes.failed)
      answer(context, options.json === true, results.map(resultAsJson), () =>
        report(results, { paint: context.paint, width: textWidth(context.world.out) }),
      )
    })
  return withExamples(command, [
    ['holdfast asl test order.test.yaml', 'all cases of the file'],
    ['holdfast asl test --only "out of stock" order.test.yaml', 'some of them'],
  ])
}

async function runCases(file: Cases, { only = '', express }: Options): Promise<readonly CaseResult[]> {
  const expressions = createExpressions()
  try {
    const compiled = compileMachine(checked(file, expressions, express === true ? 'EXPRESS' : 'STANDARD'))
    const machine = express === true ? await asExpress(compiled) : compiled
    const results: CaseResult[] = []
    for (const testCase of file.cases.filter(({ name }) => name.includes(only))) {
      results.push(await runCase({ machine, expressions, testCase }))
    }
    return results
  } finally {
    await expressions.close()
  }
}

/** Only who asks for it waits for the engine to load. */
async function asExpress(machine: Machine): Promise<Machine> {
  const { expressMachine } = await import('../../../engine/index.ts')
  return expressMachine(machine)
}

function checked({ definition }: Cases, expressions: Expressions, type: 'STANDARD' | 'EXPRESS'): string {
  const errors = findingsOf(definition, expressions, type).filter(isError)
  if (errors.length === 0) return definition.text
  throw invalidDefinition(definition, errors)
}

function nothingToRun(file: string, only: string): HoldfastError {
  return cliError('cli.usage', `No case of ${file} has "${only}" in its name`, { place: '--only' })
}

type Style = { readonly paint: Paint; readonly width: number }

/** The verdict first; then what failed in full, and what passed by its name. */
function report(results: readonly CaseResult[], { paint, width }: Style): string {
  const failed = results.filter(({ passed }) => !passed).length
  const virtualMs = results.reduce((sum, { simulation }) => sum + simulation.elapsedMs, 0)
  const verdict = paint.state(failed === 0 ? 'done' : 'failed', `${results.length - failed} passed, ${failed} failed`)
  const skipped = paint.dim(`${formatDuration(virtualMs)} of virtual time`)
  return [`${verdict}  ${skipped}`, ...results.flatMap((result) => reportOne(result, { paint, width }))].join('\n')
}

function reportOne({ name, passed, differences, simulation }: CaseResult, { paint, width }: Style): string[] {
  const tone = passed ? 'done' : 'failed'
  const facts = paint.dim(`${simulation.path.length} states, ${formatDuration(simulation.elapsedMs)}`)
  const [head = '', ...rest] = wrap(`${printable(name)}  ${facts}`, width - 4)
  const told = differences.flatMap(({ what, expected, actual }) => [
    `      ${what}`,
    `        expected  ${printable(expected)}`,
    `        actual    ${printable(actual)}`,
  ])
  const why =
    passed || simulation.error === undefined
      ? []
      : [
          printable(
            `      error     ${simulation.error}${simulation.cause === undefined ? '' : `: ${simulation.cause}`}`,
          ),
        ]
  return [`  ${paint.tone(tone, icon(tone))} ${head}`, ...rest.map((line) => `    ${line}`), ...told, ...why]
}

function resultAsJson({ name, passed, differences, simulation }: CaseResult): unknown {
  const { status, output, error, cause, path, elapsedMs } = simulation
  return {
    name,
    passed,
    differences,
    status: status.toUpperCase(),
    ...(output === undefined ? {} : { output: JSON.parse(output) }),
    error,
    cause,
    path,
    elapsedMs,
  }
}
