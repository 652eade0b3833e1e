import { expect, it } from 'vitest'
import { parseResource } from './resource.ts'

it('takes the ARN of an integration with region and account, as the designer of AWS writes it', () => {
  expect(parseResource('arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject')).toMatchObject({
    kind: 'service',
    resourceType: 'aws-sdk:s3',
    action: 'getObject',
    pattern: 'request',
  })
  expect(parseResource('arn:aws:states:us-east-1:123456789012:sqs:sendMessage.waitForTaskToken')).toMatchObject({
    resourceType: 'sqs',
    pattern: 'token',
  })
})

it.each(['stateMachine:order', 'execution:order:7', 'express:order:7:id', 'mapRun:order/Map:id'])(
  'takes no ARN of %s for a service',
  (name) => expect(parseResource(`arn:aws:states:us-east-1:123456789012:${name}`)).toBeUndefined(),
)

it.each(['arn:aws:states:us-east-1::sqs:sendMessage', 'arn:aws:states::123456789012:sqs:sendMessage'])(
  'takes no half of a place: %s',
  (arn) => expect(parseResource(arn)).toBeUndefined(),
)
