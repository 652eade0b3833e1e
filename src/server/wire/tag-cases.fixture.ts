/** Actions on tags, called once: a part of the table in `action-cases.fixture.ts`. */
import { machineArn } from '../fake-world.ts'
import type { Case } from './action-cases.fixture.ts'

export const tagCases: readonly Case[] = [
  {
    action: 'TagResource',
    request: { resourceArn: machineArn, tags: [{ key: 'a', value: 'b' }] },
    verb: 'tagResource',
    asked: [{ arn: machineArn, tags: [{ key: 'a', value: 'b' }] }],
    answer: undefined,
    response: {},
  },
  {
    action: 'UntagResource',
    request: { resourceArn: machineArn, tagKeys: ['a'] },
    verb: 'untagResource',
    asked: [{ arn: machineArn, keys: ['a'] }],
    answer: undefined,
    response: {},
  },
  {
    action: 'ListTagsForResource',
    request: { resourceArn: machineArn },
    verb: 'listTags',
    asked: [machineArn],
    answer: [{ key: 'a', value: 'b' }],
    response: { tags: [{ key: 'a', value: 'b' }] },
  },
]
