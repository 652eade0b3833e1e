import { afterEach, describe, expect, it } from 'vitest'
import { type FakeService, fakeService, type Reply, type Received, taskCall, testCredentials } from './fake-service.ts'
import { type AwsHandlers, awsHandlers } from './handlers.ts'
import { parseResource } from '../asl/index.ts'

const role = 'arn:aws:iam::210987654321:role/pay'
const machineRoleArn = 'arn:aws:iam::123456789012:role/orders'
const resource = parseResource('arn:aws:lambda:ap-northeast-1:210987654321:function:charge')
const never = new AbortController().signal

const opened: AwsHandlers[] = []
afterEach(() => {
  for (const handlers of opened.splice(0)) handlers.close()
})

function callAs(service: FakeService, assumableRoles: readonly string[], roleArn: string | undefined) {
  if (resource === undefined) throw new Error('no resource')
  const handlers = awsHandlers({
    ...{ region: 'us-east-1', endpoint: service.url, endpoints: {}, credentials: testCredentials, assumableRoles },
  })
  opened.push(handlers)
  const call = taskCall(resource, '{}', { roleArn, machineRoleArn })
  const handler = handlers.handlers.find((candidate) => candidate.handles(resource))
  return async () => handler?.call(call, never)
}

const xml = { 'Content-Type': 'text/xml' }
const session = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>session</SessionToken>
  <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
const refusal = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
  <Code>AccessDenied</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`

const sts =
  (reply: Reply) =>
  ({ body }: Received): Reply =>
    body.includes('Action=AssumeRole') ? reply : { body: '1' }

describe('a task that asks for a role', () => {
  it('is called with the credentials that STS gives, asked for once', async () => {
    await using service = await fakeService(sts({ headers: xml, body: session }))
    const call = callAs(service, ['arn:aws:iam::210987654321:role/*'], role)
    await call()
    expect(await call()).toMatchObject({ kind: 'succeeded' })
    const [asked, ...calls] = service.received
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toMatchObject({ RoleArn: role })
    expect(asked?.headers.authorization).toContain('Credential=AKIDEXAMPLE/')
    expect(calls.map(({ headers }) => headers['x-amz-security-token'])).toEqual(['session', 'session'])
    expect(calls[0]?.headers.authorization).toContain('Credential=ASSUMED/')
  })

  it('fails in the words of AWS when STS refuses', async () => {
    await using service = await fakeService(sts({ status: 403, headers: xml, body: refusal }))
    expect(await callAs(service, ['*'], role)()).toEqual({
      kind: 'failed',
      error: 'States.TaskFailed',
      cause: `The role ${machineRoleArn} is not authorized to assume the task state's role, ${role}.`,
    })
  })

  it.each([[[]], [['arn:aws:iam::210987654321:role/pa']], [['arn.aws.iam..210987654321.role.pay']]])(
    'is refused where the configuration lists %j, and nobody is called',
    async (listed) => {
      await using service = await fakeService(sts({ headers: xml, body: session }))
      const answer = await callAs(service, listed, role)()
      expect(answer).toMatchObject({ error: 'States.TaskFailed', cause: expect.stringContaining('aws.assumableRoles') })
      expect(service.received).toHaveLength(0)
    },
  )

  it('leaves others to the credentials of Holdfast itself', async () => {
    await using service = await fakeService(sts({ headers: xml, body: session }))
    await callAs(service, ['*'], undefined)()
    expect(service.received.map(({ headers }) => headers['x-amz-security-token'])).toEqual([undefined])
  })
})
