/** `asl graph`: a state machine drawn. Needs no server. */
import { Command } from 'commander'
import { type Graph, graphOf } from '../../../asl/index.ts'
import { type Json, JsonSyntaxError, parseJson } from '../../../base/index.ts'
import { quoted } from '../../command-line.ts'
import { type Context, print, withExamples } from '../../context.ts'
import { cliError } from '../../errors.ts'
import { readDefinition } from '../../definitions.ts'
import { drawDot } from '../../graph/dot.ts'
import { drawMermaid } from '../../graph/mermaid.ts'
import { drawTree } from '../../graph/tree.ts'

type Options = { readonly dot?: true; readonly mermaid?: true; readonly json?: true }

export function graphCommand(context: Context): Command {
  const command = new Command('graph')
    .description('draw a state machine')
    .argument('<file>', 'definition in JSON (- reads standard input), or a module that exports a procedure')
    .option('--dot', 'in the language of Graphviz')
    .option('--mermaid', 'in the language of Mermaid')
    .option('--json', 'nodes and edges as JSON')
    .action(async (file: string, options: Options) => {
      print(context, draw(await readGraph(context, file), options, context))
    })
  return withExamples(command, [
    ['holdfast asl graph order.asl.json', 'a tree of text'],
    ['holdfast asl graph --dot order.asl.json | dot -Tsvg > order.svg', 'a picture'],
    ['holdfast asl graph --mermaid order.asl.json', 'to paste into Markdown'],
  ])
}

async function readGraph({ world }: Context, file: string): Promise<Graph> {
  const { name, text } = await readDefinition(world, file)
  const graph = graphOf(parseDefinition(name, text))
  if (graph.nodes.length > 0) return graph
  throw cliError('cli.file_invalid', `${name} holds no states`, {
    place: '/States',
    accepted: 'an object with StartAt and States',
    repair: `holdfast asl check ${quoted(file)}`,
  })
}

function parseDefinition(name: string, text: string): Json {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause
    throw cliError('cli.file_invalid', `${name} is no JSON: ${cause.reason}`, {
      place: `${name}:${cause.line}:${cause.column}`,
      cause,
    })
  }
}

function draw(graph: Graph, options: Options, { paint }: Context): string {
  if (options.json === true) return JSON.stringify(graph)
  if (options.dot === true) return drawDot(graph)
  return options.mermaid === true ? drawMermaid(graph) : drawTree(graph, paint)
}
