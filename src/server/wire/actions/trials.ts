/** TestState: one state tried alone. */
import type { TestedState } from '../../../engine/index.ts'
import { action, type Response } from '../action.ts'
import * as member from '../members.ts'

const { required } = member

const count = member.integer({ min: 0 })

export const trialActions = {
  TestState: action(
    'state.test',
    {
      definition: required(member.definition),
      roleArn: member.arn,
      input: member.payload,
      inspectionLevel: member.oneOf('INFO', 'DEBUG', 'TRACE'),
      revealSecrets: member.boolean,
      variables: member.payload,
      stateName: member.name,
      mock: member.structure({
        result: member.payload,
        errorOutput: member.structure({ error: member.errorName, cause: member.cause }),
        fieldValidationMode: member.oneOf('STRICT', 'PRESENT', 'NONE'),
      }),
      context: member.payload,
      stateConfiguration: member.structure({
        retrierRetryCount: count,
        errorCausedByState: member.name,
        mapIterationFailureCount: count,
        mapItemReaderData: member.payload,
      }),
    },
    async ({ dependencies: { verbs }, actor }, { inspectionLevel, ...request }) => {
      const { inspection, ...tested } = await verbs.testState(actor, request)
      const { request: sent, response, ...rest } = inspection
      const shown = inspectionLevel === 'TRACE' ? { ...rest, request: sent, response } : rest
      const shows = inspectionLevel === 'DEBUG' || inspectionLevel === 'TRACE'
      return { ...tested, inspectionData: shows ? inspectionData(shown) : undefined }
    },
  ),
} as const

const inspectionData = ({ fields, numbers, ...rest }: TestedState['inspection']): Response => ({
  ...rest,
  ...fields,
  ...numbers,
})
