import { describe, expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import { awsConfigFrom, endpointOf } from './config.ts'
import { awsErrors } from './errors.ts'

describe('the configuration of AWS', () => {
  it('calls AWS itself in us-east-1 when the environment says nothing', () => {
    expect(awsConfigFrom({})).toEqual({ region: 'us-east-1', endpoints: {} })
  })

  it('prefers AWS_REGION to AWS_DEFAULT_REGION, and ignores an empty one', () => {
    expect(awsConfigFrom({ AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b' }).region).toBe('a')
    expect(awsConfigFrom({ AWS_REGION: '', AWS_DEFAULT_REGION: 'b' }).region).toBe('b')
  })

  it('prefers the endpoint of the service to the common one', () => {
    const environment = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:2',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:3',
    }
    const config = awsConfigFrom(environment)
    const endpoints = ['sqs', 'secrets-manager', 'sns', 'constructor'].map((service) => endpointOf(config, service))
    expect(endpoints).toEqual(['http://127.0.0.1:2', 'http://127.0.0.1:3', 'http://127.0.0.1:1', 'http://127.0.0.1:1'])
  })

  it('ignores endpoints when told so', () => {
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' }
    expect(endpointOf(awsConfigFrom(environment), 'sqs')).toBeUndefined()
  })

  it.each(['127.0.0.1:1', 'ftp://example.com', 'not a URL'])(
    'refuses the endpoint %s by the setting’s name',
    (value) => {
      const error = thrownBy(() => awsConfigFrom({ AWS_ENDPOINT_URL_LAMBDA: value }))
      expect(error).toMatchObject({ code: 'aws.endpoint', place: 'AWS_ENDPOINT_URL_LAMBDA' })
      expect(Object.keys(awsErrors)).toContain(error.code)
    },
  )
})

function thrownBy(act: () => unknown): HoldfastError {
  try {
    act()
  } catch (error) {
    if (error instanceof HoldfastError) return error
  }
  throw new Error('nothing was refused')
}
