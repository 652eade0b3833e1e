/** The cases of TestState, for the table in `action-cases.fixture.ts`. */
const definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'

export const trialCases = [
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
    request: { definition, input: '1.0' },
    verb: 'testState',
    asked: [{ definition, input: '1.0' }],
    answer: { status: 'SUCCEEDED', output: '1.0', inspection: { input: '1.0', fields: {}, numbers: {} } },
    response: { status: 'SUCCEEDED', output: '1.0' },
  },
] as const
