/** What became of a tried state, for people: the verdict, what it computed on the way, and its output. */
import { formatDuration } from '../../base/index.ts'
import { type Paint, printable, type Tone } from '../paint.ts'
import { prettyJson } from '../pretty.ts'
import type { TriedState } from './tried.ts'

const verdicts: Readonly<Record<TriedState['status'], readonly [tone: Tone, words: string]>> = {
  SUCCEEDED: ['done', 'succeeded'],
  CAUGHT_ERROR: ['halted', 'failed, and was caught'],
  RETRIABLE: ['waiting', 'failed, and would be retried'],
  FAILED: ['failed', 'failed'],
}

export function describeTrial(tried: TriedState, paint: Paint): string {
  const [tone, words] = verdicts[tried.status]
  const next = tried.nextState === undefined ? '' : `  ${paint.dim('next')} ${printable(tried.nextState)}`
  const lines = [`${paint.state(tone, words)}${next}`]
  if (tried.error !== undefined) lines.push(`  ${paint.bold(printable(tried.error))}  ${printable(tried.cause ?? '')}`)
  const { retry, values } = sorted(tried)
  if (retry !== undefined) lines.push(`  ${paint.dim(retry)}`)
  for (const [name, text] of values) lines.push(`  ${paint.dim(wordsOf(name))}`, indented(text))
  if (tried.output !== undefined) lines.push(`  ${paint.bold('output')}`, indented(tried.output))
  return lines.join('\n')
}

function sorted({ inspection }: TriedState) {
  const details = inspection.get('errorDetails')
  const values = [...inspection].filter(([name]) => name !== 'errorDetails')
  return { values, retry: details === undefined ? undefined : retryText(details) }
}

function retryText(details: string): string {
  const { retryIndex, retryBackoffIntervalSeconds, catchIndex } = JSON.parse(details) as Readonly<
    Record<string, number>
  >
  if (catchIndex !== undefined) return `by Catch[${catchIndex}]`
  return `by Retry[${retryIndex}], after ${formatDuration((retryBackoffIntervalSeconds ?? 0) * 1000)}`
}

/** `afterResultSelector` → `after ResultSelector`. */
const wordsOf = (name: string): string => (name.startsWith('after') ? `after ${name.slice('after'.length)}` : name)

const indented = (text: string): string =>
  prettyJson(text)
    .split('\n')
    .map((line) => `    ${printable(line)}`)
    .join('\n')
