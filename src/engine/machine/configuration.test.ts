import { describe, expect, it } from 'vitest'
import { completeConfigurations } from './configuration.ts'

const destination = { cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:1:log-group:g:*' } }
const logged = (value: unknown) => completeConfigurations({ loggingConfiguration: JSON.stringify(value) }).logging

describe('the configurations of a state machine', () => {
  it('are AWS’s defaults unless given', () => {
    expect(completeConfigurations({})).toEqual({
      logging: '{"level":"OFF","includeExecutionData":false}',
      tracing: '{"enabled":false}',
      encryption: '{"type":"AWS_OWNED_KEY"}',
    })
  })

  it('keep what they were where an update does not name them', () => {
    const before = completeConfigurations({ tracingConfiguration: '{"enabled":true}' })
    const encryptionConfiguration = '{"type":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyId":"k"}'
    expect(completeConfigurations({ encryptionConfiguration }, before)).toEqual({
      ...before,
      encryption: encryptionConfiguration,
    })
  })

  it('are completed and come in one spelling', () => {
    expect(logged({})).toBe('{"level":"OFF","includeExecutionData":false}')
    expect(logged({ destinations: [] })).toBe('{"level":"OFF","includeExecutionData":false,"destinations":[]}')
    expect(logged({ destinations: [destination], level: 'ALL' })).toBe(
      `{"level":"ALL","includeExecutionData":false,"destinations":[${JSON.stringify(destination)}]}`,
    )
    expect(completeConfigurations({ tracingConfiguration: ' { } ' }).tracing).toBe('{"enabled":false}')
  })

  it('log to exactly one destination, if at all', () => {
    const refusal = 'Invalid Logging Configuration: Must specify exactly one Log Destination.'
    expect(() => logged({ level: 'ERROR' })).toThrow(refusal)
    expect(() => logged({ level: 'ALL', destinations: [destination, destination] })).toThrow(refusal)
  })

  it.each([
    ['loggingConfiguration', '{"level":"LOUD"}', "'LOUD' at 'loggingConfiguration.level'"],
    ['loggingConfiguration', 'null', "Value null at 'loggingConfiguration'"],
    ['loggingConfiguration', '{', 'Invalid Logging Configuration: It must be a JSON object.'],
    ['tracingConfiguration', '{"enabled":"yes"}', "'yes' at 'tracingConfiguration.enabled'"],
    ['tracingConfiguration', '', 'Invalid Tracing Configuration'],
    ['encryptionConfiguration', '{}', "'encryptionConfiguration.type'"],
    [
      'encryptionConfiguration',
      '{"type":"CUSTOMER_MANAGED_KMS_KEY"}',
      'Invalid Encryption Configuration: kmsKeyId is required',
    ],
    [
      'encryptionConfiguration',
      '{"type":"AWS_OWNED_KEY","kmsKeyId":"k"}',
      'Invalid Encryption Configuration: kmsKeyId is not allowed',
    ],
    [
      'encryptionConfiguration',
      '{"type":"AWS_OWNED_KEY","kmsDataKeyReusePeriodSeconds":59}',
      'greater than or equal to 60',
    ],
    ['encryptionConfiguration', '['.repeat(20_000), 'Invalid Encryption Configuration: It must be a JSON object.'],
  ])('are refused when they make no sense: %s %s', (member, text, message) => {
    expect(() => completeConfigurations({ [member]: text })).toThrow(message)
  })
})
