/** Every error code of procedures: mistakes in writing one, and in starting one. How a *task* fails is named in `task-answer.ts`. */
import { HoldfastError, nearestWord } from '../../base/index.ts'

export const procedureErrors = {
  'procedure.name': 'a name that cannot be the name of a Lambda function',
  'procedure.task_missing': 'a state calls a task function that the procedure does not have',
  'procedure.duplicate': 'two procedures of one name',
  'procedure.input': 'an input that the procedure does not accept',
  'procedure.missing': 'no procedure of this name',
  'procedure.config': 'the file with the procedures does not load',
  'procedure.unavailable': 'the worker with the procedures does not answer',
} as const

export type ProcedureErrorCode = keyof typeof procedureErrors

export function badName(name: string): HoldfastError {
  return new HoldfastError('procedure.name', `"${name}" cannot name a procedure`, {
    accepted: '1 to 64 letters, digits, hyphens and underscores: on AWS it is the name of a Lambda function',
  })
}

export function taskMissing(place: string, task: string, accepted: readonly string[]): HoldfastError {
  const near = nearestWord(task, accepted)
  return new HoldfastError('procedure.task_missing', `there is no task function "${task}"`, {
    place,
    accepted: accepted.length === 0 ? 'none: the procedure has no task functions' : accepted.join(', '),
    repair: near === undefined ? `add "${task}" to tasks` : `write task:${near}, or add "${task}" to tasks`,
  })
}

export function duplicateName(name: string): HoldfastError {
  return new HoldfastError('procedure.duplicate', `there are two procedures named "${name}"`, {
    kind: 'conflict',
    repair: 'rename one of them',
  })
}

export function procedureMissing(name: string, accepted: readonly string[]): HoldfastError {
  return new HoldfastError('procedure.missing', `there is no procedure "${name}"`, {
    kind: 'missing',
    accepted: accepted.join(', '),
  })
}

/** Where in the input, as a JSON pointer, and what is wrong there. */
export type InputProblem = { readonly place: string; readonly message: string }

export function badInput(procedure: string, problems: readonly InputProblem[]): HoldfastError {
  const told = problems.map(({ place, message }) => `${place}: ${message}`).join('; ')
  return new HoldfastError('procedure.input', `the input does not fit the procedure "${procedure}": ${told}`, {
    place: problems[0]?.place ?? '/',
  })
}

export function badConfig(path: string, reason: string, cause?: unknown): HoldfastError {
  return new HoldfastError('procedure.config', reason, {
    place: path,
    accepted: 'a module that exports `procedures`, an array of what procedure() returns',
    repair: 'correct the file and start again',
    cause,
  })
}

export function workerUnavailable(reason: string): HoldfastError {
  return new HoldfastError('procedure.unavailable', reason, { kind: 'unavailable' })
}
