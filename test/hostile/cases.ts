/** What people, and those who mean harm, send: each with what it must get. Shared by the tests and the soak run. */
import { functionArn, type Answer, type Holdfast, roleArn } from './holdfast.ts'

/** Refused at once, with its place; nothing is stored. */
export type RefusedCase = {
  readonly name: string
  send(holdfast: Holdfast): Promise<Answer>
  /** Words of the answer: what is wrong, and where. */
  readonly says: readonly string[]
}

/** Accepted, and then fails (or ends, where a better engine makes it harmless) with a clear cause. */
export type EndingCase = {
  readonly name: string
  readonly states: object
  readonly language?: 'JSONata'
  readonly input?: string
  readonly ends:
    | { readonly status: 'SUCCEEDED'; readonly output: string }
    | { readonly status: 'FAILED'; readonly error: string; readonly causeSays: readonly string[] }
  /** It keeps a worker busy for a while: others must end before it does. */
  readonly slow?: true
}

const deep = 10_000
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
const nestedObject = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const mebi = 1024 * 1024
const big = `"${'x'.repeat(5 * mebi)}"`

// ---- refused: AWS's own words say what is wrong with an input or output, and they name no column

const pass = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'

const create =
  (definition: string): RefusedCase['send'] =>
  (holdfast) =>
    holdfast.wire('CreateStateMachine', { name: 'refused', definition, roleArn })

const createStates = (states: object, more: object = {}): RefusedCase['send'] =>
  create(JSON.stringify({ StartAt: 'A', ...more, States: states }))

const jsonata = (expression: string): RefusedCase['send'] =>
  createStates({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } }, { QueryLanguage: 'JSONata' })

const path = (text: string): RefusedCase['send'] => createStates({ A: { Type: 'Pass', InputPath: text, End: true } })

/** A parallel in a parallel in a parallel: legal, but for its depth. */
function parallels(levels: number): string {
  const open = '{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":['
  return `${open.repeat(levels)}${pass}${']}}}'.repeat(levels)}`
}

/** The machines and the token that the cases of refused inputs and outputs need. */
export type Ground = { readonly machine: string; readonly token: string }

export async function prepareGround(holdfast: Holdfast): Promise<Ground> {
  const { text } = await holdfast.wire('CreateActivity', { name: 'desk' })
  const { activityArn }: { activityArn?: string } = Object(JSON.parse(text))
  const machine = await holdfast.machine({ A: { Type: 'Pass', End: true } })
  await holdfast.start(await holdfast.machine({ A: { Type: 'Task', Resource: activityArn, End: true } }))
  const task = await holdfast.wire('GetActivityTask', { activityArn })
  const { taskToken = '' }: { taskToken?: string } = Object(JSON.parse(task.text))
  return { machine, token: taskToken }
}

export function refusedCases({ machine, token }: Ground): readonly RefusedCase[] {
  const input =
    (input: string): RefusedCase['send'] =>
    (holdfast) =>
      holdfast.wire('StartExecution', { stateMachineArn: machine, input })
  const output =
    (output: string): RefusedCase['send'] =>
    (holdfast) =>
      holdfast.wire('SendTaskSuccess', { taskToken: token, output })
  const own =
    (path: string, body: string): RefusedCase['send'] =>
    (holdfast) =>
      holdfast.api('POST', path, body)
  return [
    {
      name: 'a definition that is cut off',
      send: create(pass.slice(0, 40)),
      says: ['InvalidDefinition', 'INVALID_JSON_DESCRIPTION', 'column'],
    },
    { name: 'a definition that is no object', send: create('[]'), says: ['InvalidDefinition'] },
    {
      name: 'a definition with a key twice and a comma too much',
      send: create('{"a":1,"a":2,}'),
      says: ['INVALID_JSON_DESCRIPTION', 'column'],
    },
    {
      name: 'a Next to nowhere',
      send: createStates({ A: { Type: 'Pass', Next: 'Nowhere' } }),
      says: ['MISSING_TRANSITION_TARGET', '/States/A/Next', 'Nowhere'],
    },
    {
      name: 'a state of no type',
      send: createStates({ A: { Type: 'Teleport', End: true } }),
      says: ['SCHEMA_VALIDATION_FAILED', '/States/A/Type'],
    },
    {
      name: 'a definition 10,000 levels deep',
      send: create(`{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Result":${nested(deep)}}}}`),
      says: ['InvalidDefinition', 'depth (1001)'],
    },
    {
      name: 'parallels within parallels, 10,000 levels',
      send: create(parallels(deep)),
      says: ['InvalidDefinition', 'depth (1001)'],
    },
    {
      name: 'a definition with 20,000 wrong states',
      send: createStates(
        Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`S${i}`, { Type: 'Pass', Next: 'X' }])),
      ),
      says: ['InvalidDefinition', '/States/S0/Next'],
    },
    {
      name: 'a definition over the limit',
      send: create(pass.replace('A"', `${'A'.repeat(5 * mebi)}"`)),
      says: ['definition', '4194304'],
    },
    {
      name: 'a path of brackets',
      send: path(`$${'['.repeat(100_000)}`),
      says: ['SCHEMA_VALIDATION_FAILED', '/States/A/InputPath'],
    },
    {
      name: 'filters within filters',
      send: path(`$${'[?(@'.repeat(deep)}`),
      says: ['SCHEMA_VALIDATION_FAILED', '/States/A/InputPath'],
    },
    {
      name: 'a pattern that multiplies itself, in a path',
      send: path(`$[?(@ =~ /${'('.repeat(90)}a${'{100})'.repeat(90)}/)]`),
      says: ['SCHEMA_VALIDATION_FAILED', '/States/A/InputPath'],
    },
    {
      name: 'functions within functions, 10,000 levels',
      send: createStates({
        A: { Type: 'Pass', Parameters: { 'a.$': `${'States.Array('.repeat(deep)}1${')'.repeat(deep)}` }, End: true },
      }),
      says: ['SCHEMA_VALIDATION_FAILED', "'a.$'", '/States/A/Parameters'],
    },
    {
      name: 'JSONata that is cut off',
      send: jsonata('$sum([1,2)'),
      says: ['INVALID_JSONATA_EXPRESSION', '/States/A/Output'],
    },
    {
      name: 'JSONata in 10,000 parentheses',
      send: jsonata(`${'('.repeat(deep)}1${')'.repeat(deep)}`),
      says: ['INVALID_JSONATA_EXPRESSION', '/States/A/Output'],
    },
    {
      name: 'JSONata in 10,000 lists',
      send: jsonata(`${'['.repeat(deep)}${']'.repeat(deep)}`),
      says: ['INVALID_JSONATA_EXPRESSION', '/States/A/Output'],
    },
    {
      name: 'JSONata longer than a book',
      send: jsonata(`"${'x'.repeat(mebi)}"`),
      says: ['INVALID_JSONATA_EXPRESSION', '/States/A/Output'],
    },

    { name: 'an input that is cut off', send: input('{"a":[1,'), says: ['InvalidExecutionInput', 'end-of-input'] },
    { name: 'an input 10,000 levels deep', send: input(nested(deep)), says: ['InvalidExecutionInput', 'depth (1001)'] },
    {
      name: 'an input of objects 10,000 levels deep',
      send: input(nestedObject(deep)),
      says: ['InvalidExecutionInput', 'depth (1001)'],
    },
    { name: 'an input over the limit', send: input(big), says: ['input', '4194304'] },
    { name: 'an output that is cut off', send: output('{"a":'), says: ['InvalidOutput', 'end-of-input'] },
    { name: 'an output 10,000 levels deep', send: output(nested(deep)), says: ['InvalidOutput', 'depth (1001)'] },
    { name: 'an output over the limit', send: output(big), says: ['output', '4194304'] },

    {
      name: 'a body of our own API that is cut off',
      send: own('/v1/executions', '{"machine":'),
      says: ['api.json', 'column'],
    },
    {
      name: 'a body of our own API 10,000 levels deep',
      send: own('/v1/executions', nested(deep)),
      says: ['api.json', 'depth (1001)'],
    },
    {
      name: 'an input in our own API 10,000 levels deep',
      send: own('/v1/executions', `{"machine":"x","input":${nestedObject(deep)}}`),
      says: ['api.json', 'depth (1001)'],
    },
    {
      name: 'an input in our own API over the limit',
      send: own('/v1/executions', `{"machine":"${machine}","input":${big}}`),
      says: ['4194304'],
    },
    {
      name: 'a definition in our own API 10,000 levels deep',
      send: own('/v1/machines', JSON.stringify({ name: 'refused', definition: nested(deep) })),
      says: ['machine.definition_invalid', 'depth (1001)'],
    },
  ]
}

// ---- fail (or end) while they run

const output = (expression: string): object => ({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } })
const parameters = (value: string): object => ({ A: { Type: 'Pass', Parameters: { 'a.$': value }, End: true } })
const task = (name: string): object => ({ A: { Type: 'Task', Resource: functionArn(name), End: true } })
const fails = (error: string, ...causeSays: readonly string[]): EndingCase['ends'] => ({
  status: 'FAILED',
  error,
  causeSays,
})

const evaluation = (...causeSays: readonly string[]): EndingCase['ends'] =>
  fails('States.QueryEvaluationError', "the state 'A'", "the field 'Output'", ...causeSays)

const bad = 'a'.repeat(50_000)

/** What the Lambda functions of the cases answer. */
export const lambdaAnswers: Readonly<Record<string, string>> = {
  deep: nested(deep),
  deepObject: nestedObject(deep),
  text: 'this is not JSON',
  big,
}

export const endingCases: readonly EndingCase[] = [
  {
    name: 'JSONata that calls itself for ever',
    language: 'JSONata',
    states: output('($f := function($n) { $f($n) }; $f(1))'),
    ends: evaluation('timeout'),
    slow: true,
  },
  {
    name: 'JSONata that calls itself ever deeper',
    language: 'JSONata',
    states: output('($f := function($n) { 1 + $f($n) }; $f(1))'),
    ends: evaluation('Stack overflow'),
  },
  {
    name: 'JSONata that works for ever in small steps',
    language: 'JSONata',
    states: output('$sum([1..800000].$sum([1..800000]))'),
    ends: evaluation(''),
    slow: true,
  },
  {
    name: 'a string of a billion characters',
    language: 'JSONata',
    states: output('$length($pad("", 1000000000, "x"))'),
    ends: evaluation('memory'),
  },
  { name: 'a list of ten million', language: 'JSONata', states: output('$count([1..10000000])'), ends: evaluation('') },
  {
    name: 'a string that doubles sixty times',
    language: 'JSONata',
    states: output('$length($reduce([1..60], function($a, $n) { $a & $a }, "x"))'),
    ends: evaluation('memory'),
  },
  {
    name: 'a list that doubles sixty times',
    language: 'JSONata',
    states: output('$count($reduce([1..60], function($a, $n) { $append($a, $a) }, [1]))'),
    ends: evaluation('memory'),
  },
  {
    name: 'a list of lists of lists',
    language: 'JSONata',
    states: output('$count([1..3000].[1..3000].[1..3000])'),
    ends: evaluation(''),
  },
  {
    name: 'a pattern without end, in JSONata',
    language: 'JSONata',
    input: JSON.stringify(`${bad}!`),
    states: output('$contains($states.input, /^(a+)+$/)'),
    ends: { status: 'SUCCEEDED', output: 'false' },
  },
  {
    name: 'another pattern without end, replacing',
    language: 'JSONata',
    input: JSON.stringify(`${bad}!`),
    states: output('$length($replace($states.input, /(a|a)*$/, ""))'),
    ends: { status: 'SUCCEEDED', output: `${bad.length + 1}` },
  },
  {
    name: 'a result nested 3,000 levels',
    language: 'JSONata',
    states: output('$reduce([1..1500], function($a, $n) { [[$a]] }, [])'),
    ends: evaluation('nested deeper'),
  },
  {
    name: 'a pattern without end, in a path',
    input: JSON.stringify([`${bad}!`]),
    states: { A: { Type: 'Pass', InputPath: '$[?(@ =~ /^(a+)+$/)]', End: true } },
    ends: { status: 'SUCCEEDED', output: '[]' },
  },
  {
    name: 'a path that multiplies what it visits',
    input: nested(900),
    states: { A: { Type: 'Pass', InputPath: '$..*..*..*..*', End: true } },
    ends: fails('States.Runtime', "the state 'A'", "'$..*..*..*..*'", 'more than 5000000 values'),
  },
  {
    name: 'a range of a hundred million',
    states: parameters('States.ArrayRange(1, 100000000, 1)'),
    ends: fails('States.IntrinsicFailure', "the state 'A'", 'ArrayRange'),
  },
  {
    name: 'a text that doubles in a loop',
    input: '"x"',
    states: {
      A: { Type: 'Pass', Parameters: { 'a.$': "States.Format('{}{}', $, $)" }, OutputPath: '$.a', Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Variable: '$', StringEquals: '', Next: 'End' }], Default: 'A' },
      End: { Type: 'Succeed' },
    },
    ends: fails('States.DataLimitExceeded', "'A'", 'exceeding the maximum number of bytes'),
  },
  {
    name: 'a task that answers 10,000 levels',
    states: task('deep'),
    ends: fails('Lambda.Unknown', 'function:deep', 'depth (1001)', 'line 1, column 1002'),
  },
  {
    name: 'a task that answers objects of 10,000 levels',
    states: task('deepObject'),
    ends: fails('Lambda.Unknown', 'function:deepObject', 'depth (1001)', 'line 1, column 5002'),
  },
  {
    name: 'a task that answers no JSON',
    states: task('text'),
    ends: fails('Lambda.Unknown', 'function:text', 'not JSON', 'line 1, column 1'),
  },
  {
    name: 'a task that answers too much',
    states: task('big'),
    ends: fails('States.DataLimitExceeded', 'function:big', 'exceeding the maximum number of bytes'),
  },
]
