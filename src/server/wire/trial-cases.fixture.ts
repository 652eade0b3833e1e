/** The cases of TestState and StartSyncExecution, for the table in `action-cases.fixture.ts`. */
const expressArn = 'arn:aws:states:eu-central-1:123456789012:express:order:run-1:5e1f'
const machineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:order'
const startedAt = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const ended = {
  arn: expressArn,
  stateMachineArn: machineArn,
  name: 'run-1',
  startedAt,
  stoppedAt: startedAt + 250,
  input: '{"a": 1.0}',
} as const
const endedResponse = {
  executionArn: expressArn,
  stateMachineArn: machineArn,
  name: 'run-1',
  startDate: 1_767_268_800.459,
  stopDate: 1_767_268_800.709,
  billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: 300 },
} as const
const definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'

export const trialCases = [
  {
    action: 'StartSyncExecution',
    request: { stateMachineArn: machineArn, name: 'run-1', input: '{"a": 1.0}' },
    verb: 'startSyncExecution',
    asked: [{ stateMachineArn: machineArn, name: 'run-1', input: '{"a": 1.0}' }],
    answer: { ...ended, status: 'FAILED', error: 'E', cause: 'because' },
    response: {
      ...endedResponse,
      status: 'FAILED',
      error: 'E',
      cause: 'because',
      input: '{"a": 1.0}',
      inputDetails: { included: true },
      outputDetails: { included: true },
    },
  },
  {
    action: 'StartSyncExecution',
    request: { stateMachineArn: machineArn, includedData: 'METADATA_ONLY' },
    verb: 'startSyncExecution',
    asked: [{ stateMachineArn: machineArn }],
    answer: { ...ended, status: 'SUCCEEDED', output: '[1.0]' },
    response: {
      ...endedResponse,
      status: 'SUCCEEDED',
      inputDetails: { included: false },
      outputDetails: { included: false },
    },
  },
  {
    action: 'TestState',
    request: {
      definition,
      stateName: 'A',
      inspectionLevel: 'DEBUG',
      mock: { errorOutput: { error: 'E' }, fieldValidationMode: 'NONE' },
      stateConfiguration: { retrierRetryCount: 2 },
    },
    verb: 'testState',
    asked: [
      {
        definition,
        stateName: 'A',
        mock: { errorOutput: { error: 'E' }, fieldValidationMode: 'NONE' },
        stateConfiguration: { retrierRetryCount: 2 },
      },
    ],
    answer: {
      status: 'RETRIABLE',
      error: 'E',
      inspection: {
        input: '{}',
        fields: { afterInputPath: '{}' },
        numbers: { maxConcurrency: 0 },
        errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 4 },
      },
    },
    response: {
      status: 'RETRIABLE',
      error: 'E',
      inspectionData: {
        input: '{}',
        afterInputPath: '{}',
        maxConcurrency: 0,
        errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 4 },
      },
    },
  },
  {
    action: 'TestState',
    request: { definition, inspectionLevel: 'DEBUG', revealSecrets: true },
    verb: 'testState',
    asked: [{ definition, revealSecrets: true }],
    answer: {
      status: 'SUCCEEDED',
      output: '1',
      inspection: {
        ...{ input: '{}', fields: { afterItemBatcher: '[]' }, numbers: {} },
        request: { protocol: 'https', method: 'GET', url: 'https://a/', headers: '[A: b]' },
        response: { protocol: 'https', statusCode: '200', statusMessage: 'OK', headers: '[]', body: '1' },
      },
    },
    response: { status: 'SUCCEEDED', output: '1', inspectionData: { input: '{}', afterItemBatcher: '[]' } },
  },
  {
    action: 'TestState',
    request: { definition, inspectionLevel: 'TRACE', revealSecrets: true },
    verb: 'testState',
    asked: [{ definition, revealSecrets: true }],
    answer: {
      status: 'SUCCEEDED',
      output: '1',
      inspection: {
        ...{ input: '{}', fields: { afterItemBatcher: '[]' }, numbers: {} },
        request: { protocol: 'https', method: 'GET', url: 'https://a/', headers: '[A: b]' },
        response: { protocol: 'https', statusCode: '200', statusMessage: 'OK', headers: '[]', body: '1' },
      },
    },
    response: {
      status: 'SUCCEEDED',
      output: '1',
      inspectionData: {
        ...{ input: '{}', afterItemBatcher: '[]' },
        request: { protocol: 'https', method: 'GET', url: 'https://a/', headers: '[A: b]' },
        response: { protocol: 'https', statusCode: '200', statusMessage: 'OK', headers: '[]', body: '1' },
      },
    },
  },
  {
    action: 'TestState',
    request: { definition, input: '1.0' },
    verb: 'testState',
    asked: [{ definition, input: '1.0' }],
    answer: { status: 'SUCCEEDED', output: '1.0', inspection: { input: '1.0', fields: {}, numbers: {} } },
    response: { status: 'SUCCEEDED', output: '1.0' },
  },
] as const
