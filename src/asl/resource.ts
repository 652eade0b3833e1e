/** Task resources: what an ARN in `Resource` asks for. */

export type CallPattern = 'request' | 'sync' | 'sync:2' | 'token'

export type TaskResource =
  /** `arn:aws:lambda:…:function:F[:qualifier]`: history `LambdaFunction…`. */
  | { readonly kind: 'lambda'; readonly arn: string }
  /** `arn:aws:states:…:activity:N`: history `Activity…`. */
  | { readonly kind: 'activity'; readonly arn: string }
  /** `arn:aws:states:::service:action[.sync|.sync:2|.waitForTaskToken]` and `…:::aws-sdk:service:action`: history `Task…`. */
  | {
      readonly kind: 'service'
      readonly arn: string
      /** As history shows it: `lambda`, `states`, `aws-sdk:dynamodb`. */
      readonly resourceType: string
      /** As history shows it, with the pattern: `invoke.waitForTaskToken`. */
      readonly resource: string
      readonly action: string
      readonly pattern: CallPattern
    }

/** What Step Functions keeps itself: named by ARNs that look like those of services, and no task resources. */
const ownKinds: ReadonlySet<string> = new Set(['stateMachine', 'execution', 'express', 'mapRun'])

/** Undefined when the text is no task resource at all. */
export function parseResource(arn: string): TaskResource | undefined {
  const parts = arn.split(':')
  if (parts[0] !== 'arn' || parts.length < 6) return undefined
  if (parts[2] === 'lambda' && parts[5] === 'function' && parts[6]) return { kind: 'lambda', arn }
  if (parts[2] !== 'states') return undefined
  if (parts[5] === 'activity' && parts[6]) return { kind: 'activity', arn }
  // AWS takes region and account there too, as its own designer writes them; neither says where the call goes.
  if (Boolean(parts[3]) !== Boolean(parts[4]) || ownKinds.has(parts[5] ?? '')) return undefined
  return parseService(arn, parts.slice(5))
}

function parseService(arn: string, words: readonly string[]): TaskResource | undefined {
  const sdk = words[0] === 'aws-sdk'
  const type = sdk ? words.slice(0, 2) : words.slice(0, 1)
  const resource = words.slice(type.length).join(':')
  const [, action, suffix] = /^([A-Za-z][A-Za-z0-9]*)(\.sync:2|\.sync|\.waitForTaskToken)?$/.exec(resource) ?? []
  if (action === undefined || !type[type.length - 1]) return undefined
  const pattern = suffix === undefined ? 'request' : suffix === '.waitForTaskToken' ? 'token' : suffix.slice(1)
  return { kind: 'service', arn, resourceType: type.join(':'), resource, action, pattern: pattern as CallPattern }
}
