/** What went into a stay in a state and what came out of it, out of its events. Payloads are JSON text. Pure. */
import type { Tone } from '../../../base/index.ts'
import type { StoryEvent } from './story.ts'

export type Attempt = {
  readonly number: number
  readonly tone: Tone
  readonly resource: string | undefined
  readonly scheduledAt: number
  readonly endedAt: number | undefined
  readonly arguments: string | undefined
  readonly result: string | undefined
  readonly error: string | undefined
  readonly cause: string | undefined
}

export type StayData = {
  readonly input: string | undefined
  readonly arguments: string | undefined
  readonly result: string | undefined
  readonly output: string | undefined
  /** Name → JSON text. */
  readonly variables: Readonly<Record<string, string>>
  readonly attempts: readonly Attempt[]
  readonly error: string | undefined
  readonly cause: string | undefined
}

export function dataOf(events: readonly StoryEvent[]): StayData {
  const entered = events.find(({ type }) => type.endsWith('StateEntered'))
  const exited = events.find(({ type }) => type.endsWith('StateExited'))
  const failure = events.findLast(({ type }) => isFailure(type))
  const attempts = attemptsIn(events)
  return {
    input: textOf(entered, 'input'),
    arguments: attempts.at(-1)?.arguments,
    result: attempts.at(-1)?.result,
    output: textOf(exited, 'output'),
    variables: variablesOf(exited),
    attempts,
    error: textOf(failure, 'error'),
    cause: textOf(failure, 'cause'),
  }
}

const isFailure = (type: string): boolean => /Failed$|TimedOut$|Aborted$/.test(type)

type OpenAttempt = { -readonly [Key in keyof Attempt]: Attempt[Key] }

function attemptsIn(events: readonly StoryEvent[]): readonly Attempt[] {
  const attempts: OpenAttempt[] = []
  for (const event of events) {
    const { type, ms } = event
    const current = attempts.at(-1)
    if (type.endsWith('Scheduled')) attempts.push(begun(event, attempts.length + 1))
    else if (current === undefined || type.endsWith('StateExited')) continue
    else if (type === 'TaskSubmitted') current.tone = 'waiting'
    else if (/(Task|Function|Activity)Succeeded$/.test(type)) {
      Object.assign(current, { tone: 'done', endedAt: ms, result: textOf(event, 'output') })
    } else if (isFailure(type)) {
      const tone = type.endsWith('Aborted') ? 'halted' : 'failed'
      Object.assign(current, { tone, endedAt: ms, error: textOf(event, 'error'), cause: textOf(event, 'cause') })
    }
  }
  return attempts
}

const begun = (event: StoryEvent, number: number): OpenAttempt => ({
  number,
  tone: event.type.startsWith('Activity') ? 'waiting' : 'running',
  resource: resourceOf(event),
  scheduledAt: event.ms,
  endedAt: undefined,
  arguments: textOf(event, 'parameters') ?? textOf(event, 'input'),
  result: undefined,
  error: undefined,
  cause: undefined,
})

function resourceOf(event: StoryEvent): string | undefined {
  const [resource, type] = [textOf(event, 'resource'), textOf(event, 'resourceType')]
  return type === undefined ? resource : `${type}:${resource}`
}

function variablesOf(exited: StoryEvent | undefined): Readonly<Record<string, string>> {
  const variables = exited?.details?.['assignedVariables']
  if (typeof variables !== 'object' || variables === null) return {}
  return Object.fromEntries(
    Object.entries(variables).filter((one): one is [string, string] => typeof one[1] === 'string'),
  )
}

export function textOf(event: StoryEvent | undefined, name: string): string | undefined {
  const value = event?.details?.[name]
  return typeof value === 'string' ? value : undefined
}
