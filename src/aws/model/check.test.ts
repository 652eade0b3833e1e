import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseResource } from '../../asl/index.ts'
import { parseJson } from '../../base/index.ts'
import { apiMockCheck } from './index.ts'

const check = apiMockCheck()

/** What is wrong with an answer of this integration. */
function faultOf(integration: string, result: unknown, mode: 'STRICT' | 'PRESENT' = 'STRICT'): string | undefined {
  const resource = parseResource(`arn:aws:states:::${integration}`)
  if (resource === undefined) throw new Error(`${integration} is no integration`)
  return check(resource, parseJson(JSON.stringify(result)), mode)
}

describe('a mocked result is compared with what the API answers', () => {
  it.each([
    ['events:putEvents', { Entries: 'one' }, "Field 'Entries' must be an array"],
    ['events:putEvents', { Entries: [{ EventId: ['one'] }] }, "Field 'EventId' must be a string"],
    ['states:startExecution', {}, "Required field 'ExecutionArn' is missing"],
    ['states:startExecution', { ExecutionArn: 'a', StartDate: 1764103483 }, "Field 'StartDate' must be a string"],
    ['aws-sdk:s3:getObject', { ContentLength: '9000' }, "Field 'ContentLength' must be a number"],
    ['aws-sdk:s3:getObject', { StorageClass: 'Papyrus' }, "Field 'StorageClass' is not an expected value"],
    ['aws-sdk:kms:encrypt', { CiphertextBlob: 123 }, "Field 'CiphertextBlob' must be a string"],
    ['aws-sdk:kms:encrypt', { CiphertextBlob: '' }, "Field 'CiphertextBlob' is smaller than the minimum length"],
    [
      'aws-sdk:lambda:getFunction',
      { Configuration: { MemorySize: 127 } },
      "Field 'MemorySize' is less than the minimum value",
    ],
    [
      'aws-sdk:lambda:getFunction',
      { Configuration: { MemorySize: 1e6 } },
      "Field 'MemorySize' exceeds the maximum value",
    ],
    ['dynamodb:putItem', { ConsumedCapacity: { CapacityUnits: '123.45' } }, "Field 'CapacityUnits' must be a number"],
    ['lambda:invoke', { StatusCode: '200', Payload: {} }, "Field 'StatusCode' must be a number"],
    ['aws-sdk:lambda:getFunction', { Configuration: 'small' }, "Field 'Configuration' must be an object"],
    ['sqs:sendMessage', [], 'Mock result must be a JSON object'],
  ])('%s, answering %j: %s', (integration, result, fault) => {
    expect(faultOf(integration, result)).toBe(fault)
  })

  it.each([
    ['what the API may answer', 'events:putEvents', { Entries: [{ EventId: 'one' }] }],
    ['members that the API does not have', 'events:putEvents', { random: 'json' }],
    ['the payload of a function, which is JSON where the API has bytes', 'lambda:invoke', { Payload: { a: 1 } }],
    ['attributes within attributes', 'dynamodb:getItem', { Item: { a: { M: { b: { L: [{ S: 'x' }] } } } } }],
    ['an API whose description is not here', 'aws-sdk:mediaconvert:getJob', { Job: 1 }],
    ['an operation that the description does not have', 'aws-sdk:s3:fetchObject', { ContentLength: 'x' }],
    ['what a task token is answered with', 'sqs:sendMessage.waitForTaskToken', { MessageId: 1 }],
    ['names of the language itself', 'aws-sdk:constructor:toString', {}],
  ])('takes %s', (_, integration, result) => {
    expect(faultOf(integration, result)).toBeUndefined()
  })

  it('misses nothing when only what is there counts', () => {
    expect(faultOf('states:startExecution', {}, 'PRESENT')).toBeUndefined()
    expect(faultOf('states:startExecution', { StartDate: true }, 'PRESENT')).toBe("Field 'StartDate' must be a string")
  })
})

/** Every member of every structure that a description does not explain. */
function unexplained(file: string): readonly string[] {
  const model = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))
  const types = Object.values<Record<string, string>>(model.structures).flatMap((members) => Object.values(members))
  const isKnown = (type: string): boolean => {
    const [, kind = '', rest = ''] = /^[[{]*([snb?=#])(.*)$/.exec(type) ?? []
    if (kind === '#') return Object.hasOwn(model.structures, rest)
    return kind === '=' ? Object.hasOwn(model.enums, rest) : kind !== ''
  }
  const answers = Object.values<string>(model.operations).map((structure) => `#${structure}`)
  return [...answers, ...types].filter((type) => !isKnown(type))
}

it('every type in the descriptions is of the notation, and every name in them leads somewhere', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))
  expect(files.length).toBeGreaterThan(5)
  expect(files.flatMap(unexplained)).toEqual([])
})
