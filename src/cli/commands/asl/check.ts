/** `asl check`: what the checker says about a definition. Needs no server. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { exitCodes } from '../../errors.ts'
import { readDefinition } from '../../definitions.ts'
import { textWidth } from '../../world.ts'
import { findingsOf, isError, reportFindings } from '../../findings.ts'

type Options = { readonly warnings?: true; readonly express?: true; readonly json?: true }

export function checkCommand(context: Context): Command {
  const command = new Command('check')
    .description('check a state machine as AWS would before it is created')
    .argument('<file>', 'definition in JSON (- reads standard input), or a module that exports a procedure')
    .option('--warnings', 'show warnings as well as errors')
    .option('--express', 'check it as an express state machine, which has no .sync, tokens and activities')
    .option('--json', "print the findings as JSON, in AWS's words")
    .action((file: string, options: Options) => check(context, file, options))
  return withExamples(command, [
    ['holdfast asl check order.asl.json', 'what is wrong, and on which line'],
    ['holdfast asl check --warnings --json order.asl.json', 'for editors and pipelines'],
  ])
}

async function check(context: Context, file: string, { warnings, express, json }: Options): Promise<void> {
  const { paint, world } = context
  const definition = await readDefinition(world, file)
  const type = express === true ? 'EXPRESS' : 'STANDARD'
  const found = findingsOf(definition, undefined, type).filter((finding) => warnings === true || isError(finding))
  const ok = !found.some(isError)
  if (!ok) context.exitWith(exitCodes.failed)
  answer(context, json === true, { ok, diagnostics: found }, () =>
    reportFindings(definition, found, { paint, width: textWidth(world.out) }),
  )
}
