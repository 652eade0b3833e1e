/** `asl check`: what the checker says about a definition. Needs no server. */
import { Command } from 'commander'
import { checkDefinition, type Diagnostic } from '../../../asl/index.ts'
import { createExpressions } from '../../../jsonata/index.ts'
import { answer, type Context, withExamples } from '../../context.ts'
import { exitCodes } from '../../errors.ts'
import { readDefinition } from '../../definitions.ts'
import { icon, type Paint, printable } from '../../paint.ts'

export function checkCommand(context: Context): Command {
  const command = new Command('check')
    .description('check a state machine as AWS would before it is created')
    .argument('<file>', 'definition in JSON (- reads standard input), or a module that exports a procedure')
    .option('--warnings', 'show warnings as well as errors')
    .option('--json', 'print the findings as JSON')
    .action(async (file: string, options: { readonly warnings?: true; readonly json?: true }) => {
      const found = findings(await readDefinition(context.world, file), options.warnings === true)
      const failed = found.some(({ severity }) => severity === 'ERROR')
      if (failed) context.exitWith(exitCodes.failed)
      answer(context, options.json === true, { ok: !failed, diagnostics: found }, () =>
        report(file, found, context.paint),
      )
    })
  return withExamples(command, [
    ['holdfast asl check order.asl.json', 'says what is wrong, and where'],
    ['holdfast asl check --warnings --json order.asl.json', 'for editors and pipelines'],
  ])
}

function findings(definition: string, warnings: boolean): readonly Diagnostic[] {
  const all = checkDefinition(definition, { type: 'STANDARD', expressions: createExpressions() })
  return warnings ? all : all.filter(({ severity }) => severity === 'ERROR')
}

function report(file: string, found: readonly Diagnostic[], paint: Paint): string {
  const lines = found.map(({ severity, code, message, location }) => {
    const tone = severity === 'ERROR' ? 'failed' : 'halted'
    const head = paint.tone(tone, `${icon(tone)} ${location ?? file}`)
    return `${head}  ${printable(message)}  ${paint.dim(code)}`
  })
  const errors = found.filter(({ severity }) => severity === 'ERROR').length
  const rest = found.length - errors
  const summary =
    errors === 0 ? paint.state('done', `${file} is a valid state machine`) : `${errors} error${errors === 1 ? '' : 's'}`
  return [...lines, rest === 0 ? summary : `${summary}, ${rest} warning${rest === 1 ? '' : 's'}`].join('\n')
}
