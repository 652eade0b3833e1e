/** `asl test`: the cases of a file against their state machine, in virtual time. Needs no server. */
import { Command } from 'commander'
import { checkDefinition, compileMachine, describeDiagnostics } from '../../../asl/index.ts'
import { formatDuration, HoldfastError } from '../../../base/index.ts'
import { createExpressions, type Expressions } from '../../../jsonata/index.ts'
import { type Cases, readCases } from '../../cases/read.ts'
import { type CaseResult, runCase } from '../../cases/run.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { cliError, exitCodes } from '../../errors.ts'
import { type Paint, printable } from '../../paint.ts'

type Options = { readonly only?: string; readonly json?: true }

export function testCommand(context: Context): Command {
  const command = new Command('test')
    .description('run test cases against a state machine; waits are skipped, tasks are mocked')
    .argument('<file>', 'cases in YAML: input, mocks per attempt, expected path and output')
    .option('--only <text>', 'only cases whose name contains this')
    .option('--json', 'print the results as JSON')
    .action(async (file: string, options: Options) => {
      const results = await runCases(await readCases(context.world, file), options.only ?? '')
      if (results.length === 0) throw nothingToRun(file, options.only ?? '')
      if (results.some(({ passed }) => !passed)) context.exitWith(exitCodes.failed)
      answer(context, options.json === true, results.map(resultAsJson), () => report(results, context.paint))
    })
  return withExamples(command, [
    ['holdfast asl test order.test.yaml', 'all cases of the file'],
    ['holdfast asl test --only "out of stock" order.test.yaml', 'some of them'],
  ])
}

async function runCases(file: Cases, only: string): Promise<readonly CaseResult[]> {
  const expressions = createExpressions()
  try {
    const machine = compileMachine(checked(file, expressions))
    const results: CaseResult[] = []
    for (const testCase of file.cases.filter(({ name }) => name.includes(only))) {
      results.push(await runCase(machine, expressions, testCase))
    }
    return results
  } finally {
    await expressions.close()
  }
}

function checked({ definition, machinePath }: Cases, expressions: Expressions): string {
  const errors = checkDefinition(definition, { type: 'STANDARD', expressions }).filter(
    ({ severity }) => severity === 'ERROR',
  )
  if (errors.length === 0) return definition
  throw new HoldfastError('cli.file_invalid', describeDiagnostics(errors), {
    place: machinePath,
    repair: `holdfast asl check ${machinePath}`,
  })
}

function nothingToRun(file: string, only: string): HoldfastError {
  return cliError('cli.usage', `No case of ${file} has "${only}" in its name`, { place: '--only' })
}

function report(results: readonly CaseResult[], paint: Paint): string {
  const failed = results.filter(({ passed }) => !passed).length
  const summary = `${results.length - failed} passed, ${failed} failed`
  return [...results.flatMap((result) => reportOne(result, paint)), '', summary].join('\n')
}

function reportOne({ name, passed, differences, simulation }: CaseResult, paint: Paint): string[] {
  const took = paint.dim(`${simulation.path.length} states, ${formatDuration(simulation.elapsedMs)} of virtual time`)
  const head = `${paint.state(passed ? 'done' : 'failed', printable(name))}  ${took}`
  const told = differences.flatMap(({ what, expected, actual }) => [
    `    ${what}`,
    `      expected  ${printable(expected)}`,
    `      actual    ${printable(actual)}`,
  ])
  const why =
    passed || simulation.error === undefined ? [] : [`    error     ${simulation.error}: ${simulation.cause ?? ''}`]
  return [head, ...told, ...why.map((line) => printable(line))]
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
