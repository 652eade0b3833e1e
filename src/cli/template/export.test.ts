import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runIn, temporaryFolder } from '../test-world.ts'
import { exportTemplate } from './export.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const read = (path: string): string => readFileSync(join(folder.path, path), 'utf8')

const definition = `{
  "StartAt": "Pay",
  "States": {
    "Pay":  { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:pay-order:live", "Next": "Tell" },
    "Tell": {
      "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Comment": "\\"quoted\\" \\\\ and 1.0",
      "Parameters": { "TopicArn": "arn:aws:sns:eu-central-1:123456789012:orders", "Message": { "2": 1.50, "1": "$" } },
      "Next": "Queue"
    },
    "Queue": {
      "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {
        "QueueUrl": "https://sqs.us-east-1.amazonaws.com/000000000000/work",
        "MessageBody": { "token.$": "$$.Task.Token", "topic": "arn:aws:sns:eu-central-1:123456789012:orders" }
      },
      "End": true
    }
  }
}
`

for (const format of ['sam', 'cloudformation']) {
  it(`makes a template (${format}) that an import turns into the same definition, letter for letter`, async () => {
    writeFileSync(join(folder.path, 'order.asl.json'), definition)
    const exported = await runIn(folder.path, ['asl', 'export', 'order.asl.json', '--format', format, '--out', 'there'])
    expect(exported).toMatchObject({ exitCode: 0, err: '' })
    const imported = await runIn(folder.path, ['asl', 'import', 'there', '--out', 'back'])
    expect(imported).toMatchObject({ exitCode: 0, err: '' })
    expect(read('back/order.asl.json')).toBe(definition)
  })
}

it("makes what is of this account the stack's own, and what is of another one a parameter", () => {
  const account = { region: 'us-east-1', accountId: '000000000000' }
  const { files, substitutions } = exportTemplate({
    name: 'order',
    type: 'STANDARD',
    definition,
    account,
    format: 'sam',
  })
  expect(substitutions.map(({ name, isParameter }) => [name, isParameter])).toEqual([
    ['PayOrderFunction', false],
    ['OrdersSns', true],
    ['WorkQueueUrl', false],
  ])
  const template = files.get('template.yaml')
  expect(template).toContain(
    'PayOrderFunction: !Sub "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:pay-order:live"',
  )
  expect(template).toContain('OrdersSns: { Type: String, Default: "arn:aws:sns:eu-central-1:123456789012:orders" }')
  expect(template).toContain('WorkQueueUrl: !Sub "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/work"')
  expect(files.get('order.asl.json')).toContain('"Resource": "arn:aws:states:::sns:publish"')
})
