/** The recorded cases under names of their own, so that a request tells which case it belongs to. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Recorded = {
  readonly event: string
  readonly output?: unknown
  readonly error?: string
  readonly cause?: unknown
}

/** One call of a service in a recorded history, and what came of it. */
export type RecordedCall = {
  readonly resourceType: string
  readonly resource: string
  readonly results: readonly Recorded[]
}

export type RecordedCase = {
  /** Names that no other case has. */
  readonly names: readonly string[]
  readonly calls: RecordedCall[]
  /** Queues whose receiver the runner plays. */
  readonly queues: readonly string[]
  /** Functions that give back what they are given. */
  readonly echoes: readonly string[]
  /** What distributed Maps of it read, by `bucket/key`. */
  readonly objects: ReadonlyMap<string, string>
}

/** Writes the cases, renamed, into `folder`, and gives what they recorded of services. */
export function renameCases(source: string, folder: string): readonly RecordedCase[] {
  let count = 0
  return readdirSync(source)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .flatMap((file) => {
      const cases = JSON.parse(readFileSync(join(source, file), 'utf8')) as readonly object[]
      const renamed = cases.map((one) => renameCase(one, count++))
      writeFileSync(join(folder, file), JSON.stringify(renamed.map(({ text }) => JSON.parse(text))))
      return renamed.map(({ text, names }) => recordedOf(JSON.parse(text), names))
    })
}

/** `zz000001` → eight characters of this case alone. An address that the recording left unfilled gets one too. */
function renameCase(one: object, number: number): { readonly text: string; readonly names: readonly string[] } {
  const names = new Set<string>()
  const named = (token: string): string => {
    const name = `c${number.toString(36).padStart(3, '0')}${token.slice(-4)}`
    names.add(name)
    return name
  }
  const text = JSON.stringify(one)
    .replaceAll(/cfn\(\{'Ref': 'AWS::URLSuffix'\}\)/g, 'amazonaws.com')
    .replaceAll(/cfn\(\{'Ref': '\w+'\}\)\.execute-api/g, () => `${named('zz00ffff')}.execute-api`)
    .replaceAll(/zz[0-9a-f]{6}/g, named)
  return { text, names: [...names] }
}

type Case = {
  readonly replay?: readonly (RecordedCall & { readonly call: string })[]
  readonly needs?: readonly string[]
  readonly setup?: readonly { readonly op: string; readonly params?: Readonly<Record<string, unknown>> }[]
  readonly mocks?: {
    readonly callbacks?: readonly { readonly queueUrl?: string }[]
    readonly lambda?: Readonly<Record<string, { readonly behaviour?: string }>>
  }
}

function recordedOf({ replay, mocks, needs, setup }: Case, names: readonly string[]): RecordedCase {
  const calls = (replay ?? []).filter(({ call }) => call === 'TaskScheduled')
  const queues = (mocks?.callbacks ?? []).flatMap(({ queueUrl }) => queueUrl ?? [])
  const functions = Object.entries(mocks?.lambda ?? {})
  const echoes = functions.filter(([, { behaviour }]) => behaviour === 'echo').map(([name]) => name)
  const puts = needs?.includes('distributed-map') ? (setup ?? []).filter(({ op }) => op === 'PutObject') : []
  const objects = puts.map(
    ({ params = {} }) => [`${String(params['Bucket'])}/${String(params['Key'])}`, String(params['Body'])] as const,
  )
  return { names, calls, queues, echoes, objects: new Map(objects) }
}
