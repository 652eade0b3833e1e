/** Which of a case's mocks answers a task. Pure. */
import type { SimulatedAnswer, SimulatedTask } from '../asl/index.ts'
import { equalJson, isJsonArray, isJsonObject, type Json, jsonFromPlain, parseJson, printJson } from '../base/index.ts'
import type { Answer, TestCase } from './schema.ts'

/** Why a task got no answer. */
export type Unanswered = { readonly stateName: string; readonly input: string; readonly reason: string }

export type Mocks = {
  answer(task: SimulatedTask): SimulatedAnswer | undefined
  /** Tasks for which the case says nothing, in the order of their calls. */
  readonly unanswered: readonly Unanswered[]
}

export function createMocks(mocks: TestCase['mocks'] = {}): Mocks {
  const unanswered: Unanswered[] = []
  return {
    unanswered,
    answer(task) {
      const given = Object.hasOwn(mocks, task.stateName) ? mocks[task.stateName] : undefined
      const chosen = given === undefined ? undefined : chooseAnswer(given, task)
      if (chosen !== undefined) return toSimulated(chosen)
      const reason = given === undefined ? 'no mock' : 'no mock whose `when` fits its input'
      unanswered.push({ stateName: task.stateName, input: task.input, reason })
      return undefined
    },
  }
}

/** Of the entries that fit the input: the one of this attempt, or the last. */
function chooseAnswer(answers: readonly Answer[], task: SimulatedTask): Answer | undefined {
  const input = parseJson(task.input)
  const fitting = answers.filter(({ when }) => when === undefined || includes(input, jsonFromPlain(when)))
  return fitting[task.attempt] ?? fitting.at(-1)
}

function toSimulated({ output, error, cause, silent, after = 0 }: Answer): SimulatedAnswer | undefined {
  if (silent === true) return undefined
  if (error === undefined) return { kind: 'succeeded', afterMs: after, output: printJson(jsonFromPlain(output)) }
  return { kind: 'failed', afterMs: after, error, ...(cause === undefined ? {} : { cause }) }
}

/** Whether a value has all that is expected of it: objects may have more members, all else is equal. */
function includes(value: Json, expected: Json): boolean {
  if (isJsonObject(expected)) {
    if (!isJsonObject(value)) return false
    return [...expected].every(([key, member]) => {
      const found = value.get(key)
      return found !== undefined && includes(found, member)
    })
  }
  if (isJsonArray(expected)) {
    return (
      isJsonArray(value) &&
      value.length === expected.length &&
      expected.every((item, i) => includes(value[i] ?? null, item))
    )
  }
  return equalJson(value, expected)
}
