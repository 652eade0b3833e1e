/** Tries a state in this process, without a server: nothing is called, so a Task needs a mock. */
import { randomBytes } from 'node:crypto'
import type { Inspection } from '../../asl/index.ts'
import { type HoldfastError, type JsonText, parseJson, plainFromJson, printJson } from '../../base/index.ts'
import { awsLimits, decideTrial, runTrial, type TestedState, type TestStateRequest } from '../../engine/index.ts'
import { apiMockCheck } from '../../aws/index.ts'
import { createExpressions } from '../../jsonata/index.ts'
import { nowhere } from '../definitions.ts'
import { cliError } from '../errors.ts'
import { readTried, type TriedState } from './tried.ts'

const role = 'arn:aws:iam::000000000000:role/holdfast'

/** `members` are those of our API's request, each JSON text. @throws HoldfastError */
export async function tryHere(
  definition: string,
  stateName: string | undefined,
  members: Readonly<Record<string, JsonText>>,
): Promise<TriedState> {
  const expressions = createExpressions()
  try {
    const request = { definition, ...(stateName === undefined ? {} : { stateName }), ...requestOf(members) }
    const plan = decideTrial({ expressions, limits: awsLimits, mockCheck: apiMockCheck() }, request)
    if (plan.answer === undefined && plan.state.type === 'Task') throw needsMock()
    const tested = await runTrial(
      {
        now: Date.now(),
        randomBytes: (length) => randomBytes(length),
        account: nowhere,
        limits: awsLimits,
        expressions,
        refuse: () => undefined,
        call: () => Promise.reject(needsMock()),
      },
      plan,
    )
    return readTried(textOf(tested))
  } finally {
    await expressions.close()
  }
}

const needsMock = (): HoldfastError =>
  cliError('cli.usage', 'The state is a Task, and nothing is called from here', {
    place: '--mock',
    accepted: '--mock JSON or --mock-error NAME; or --live, which lets the server call it',
  })

function requestOf(members: Readonly<Record<string, JsonText>>): Partial<TestStateRequest> {
  const { input, variables, context, result, items } = members
  const failure = plain(members['failure']) as { error?: string; cause?: string } | undefined
  const mode = plain(members['validation']) as 'STRICT' | 'PRESENT' | 'NONE' | undefined
  const isMocked = result !== undefined || failure !== undefined
  return {
    roleArn: role,
    input,
    variables,
    context,
    mock: isMocked ? { result, errorOutput: failure, fieldValidationMode: mode } : undefined,
    stateConfiguration: {
      retrierRetryCount: plain(members['retries']) as number | undefined,
      mapIterationFailureCount: plain(members['failedIterations']) as number | undefined,
      mapItemReaderData: items,
    },
  }
}

const plain = (text: JsonText | undefined): unknown => (text === undefined ? undefined : plainFromJson(parseJson(text)))

function textOf({ output, inspection, ...rest }: TestedState): JsonText {
  return object({
    ...printed(rest),
    ...(output === undefined ? {} : { output }),
    inspection: inspectionText(inspection),
  })
}

function inspectionText({ input, variables, fields, numbers, errorDetails }: Inspection): JsonText {
  return object({
    input,
    ...fields,
    ...printed({ ...numbers, errorDetails }),
    ...(variables === undefined ? {} : { variables }),
  })
}

const printed = (values: object): Readonly<Record<string, JsonText>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]])),
  )

/** Its members are JSON texts already. */
const object = (members: Readonly<Record<string, JsonText | undefined>>): JsonText =>
  `{${Object.entries(members)
    .map(([name, text]) => `${printJson(name)}:${text ?? 'null'}`)
    .join(',')}}`
