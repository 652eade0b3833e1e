/** How a deployment fails: the class of the cause, which decides what is done about it, and what a person is told. Pure. */
import { HoldfastError } from '../base/index.ts'

/**
 * - `user`: what the release asks for is wrong; its author mends it
 * - `permission`: the target refuses us
 * - `quota`: a limit that somebody has to raise
 * - `throttle`: too fast; it works after a pause
 * - `capacity`: no room here and now; another place may have some
 * - `consistency`: the target does not know yet, or no longer, what we told it
 * - `health`: the new version does not work
 * - `platform`: the target or Holdfast itself does not work
 */
export const failureClasses = [
  'user',
  'permission',
  'quota',
  'throttle',
  'capacity',
  'consistency',
  'health',
  'platform',
] as const
export type FailureClass = (typeof failureClasses)[number]

/** Who can mend it. */
export type Mender = 'author' | 'operator' | 'nobody'

/** `retry`: the same call again after a pause. `alternative`: another place at once. `stop`: take back what was done. */
export type Reaction = 'retry' | 'alternative' | 'stop'

type Rule = {
  readonly reaction: Reaction
  /** What Retry and Catch of the machine match. */
  readonly errorName: string
  readonly meaning: string
  readonly mender: Mender
}

export const failureRules = {
  user: {
    reaction: 'stop',
    errorName: 'UserError',
    meaning: 'The release asks for something that cannot be.',
    mender: 'author',
  },
  permission: {
    reaction: 'stop',
    errorName: 'PermissionError',
    meaning: 'The target does not let Holdfast do this.',
    mender: 'operator',
  },
  quota: {
    reaction: 'stop',
    errorName: 'QuotaError',
    meaning: 'A limit of the target is reached; waiting does not help.',
    mender: 'operator',
  },
  throttle: {
    reaction: 'retry',
    errorName: 'ThrottleError',
    meaning: 'The target wanted calls more slowly, and still did after pauses.',
    mender: 'operator',
  },
  capacity: {
    reaction: 'alternative',
    errorName: 'CapacityError',
    meaning: 'There is no room for the new version.',
    mender: 'operator',
  },
  consistency: {
    reaction: 'retry',
    errorName: 'ConsistencyError',
    meaning: 'The target is not in the state that the plan was made for.',
    mender: 'operator',
  },
  health: {
    reaction: 'stop',
    errorName: 'HealthError',
    meaning: 'The new version does not work as it should.',
    mender: 'author',
  },
  platform: {
    reaction: 'retry',
    errorName: 'PlatformError',
    meaning: 'The target or Holdfast failed, and failed again when it was tried again.',
    mender: 'operator',
  },
} as const satisfies Readonly<Record<FailureClass, Rule>>

export type FailureDetails = {
  /** Where in the release file, when it is about that. */
  readonly field?: string
  /** The exact command or change that mends it. */
  readonly command?: string
  /** Where it means something else than others of its class. */
  readonly meaning?: string
  /** There is no time for another try, whatever the class says. */
  readonly isLate?: boolean
  readonly cause?: unknown
}

/** Thrown by a deployer's calls and readings. Its `name` is what the machine's Retry and Catch match. */
export class DeployFailure extends Error {
  readonly class: FailureClass
  readonly field: string | undefined
  readonly command: string | undefined
  readonly meaning: string | undefined
  /** Filled in by who made the call. */
  readonly callId: string | undefined

  constructor(failureClass: FailureClass, what: string, details: FailureDetails & { readonly callId?: string } = {}) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = details.isLate === true ? 'TimeOver' : failureRules[failureClass].errorName
    this.class = failureClass
    this.field = details.field
    this.command = details.command
    this.meaning = details.meaning
    this.callId = details.callId
  }

  /** The same, with the call in which it happened. */
  in(callId: string): DeployFailure {
    const { field, command, meaning, cause } = this
    return new DeployFailure(this.class, this.message, {
      ...(field === undefined ? {} : { field }),
      ...(command === undefined ? {} : { command }),
      ...(meaning === undefined ? {} : { meaning }),
      cause,
      callId,
    })
  }
}

/** Whatever was thrown, as a failure with a class. */
export function failureFrom(thrown: unknown): DeployFailure {
  if (thrown instanceof DeployFailure) return thrown
  if (thrown instanceof HoldfastError) {
    const { place, repair } = thrown
    return new DeployFailure(classOf(thrown), `${thrown.message} (${thrown.code})`, {
      ...(place === undefined ? {} : { field: place }),
      ...(repair === undefined ? {} : { command: repair }),
      cause: thrown,
    })
  }
  return new DeployFailure('platform', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

function classOf({ kind }: HoldfastError): FailureClass {
  switch (kind) {
    case 'invalid':
    case 'missing':
    case 'too_large':
      return 'user'
    case 'unauthenticated':
    case 'forbidden':
      return 'permission'
    case 'conflict':
      return 'consistency'
    case 'exhausted':
      return 'quota'
    case 'unavailable':
    case 'internal':
      return 'platform'
    default:
      return kind satisfies never
  }
}

/** Why something does not go on that no change of the release would help. */
export type Obstacle = {
  readonly class: Extract<FailureClass, 'capacity' | 'consistency' | 'platform'>
  readonly what: string
  /** The exact command or change that mends it. */
  readonly command: string
}

/** Errors that only steer the machine: nothing has failed. */
export const steering = { paused: 'Paused', halted: 'Halted', lockLost: 'LockLost' } as const
export type Steering = (typeof steering)[keyof typeof steering]

export class Steered extends Error {
  constructor(name: Steering, why: string) {
    super(why)
    this.name = name
  }
}

/** Why a deployment did not succeed, for the person who must act. */
export type Diagnosis = {
  readonly class: FailureClass | 'halted'
  /** The state of the machine in which it happened. */
  readonly state: string
  readonly call?: string
  readonly field?: string
  /** What happened, in the words of who saw it. */
  readonly what: string
  readonly meaning: string
  readonly mender: Mender
  /** Ready to be typed. */
  readonly command: string
}

/** `deployment` is what the commands name. */
export function diagnose(failure: DeployFailure, state: string, deployment: string): Diagnosis {
  const rule: Rule = failureRules[failure.class]
  return {
    class: failure.class,
    state,
    ...(failure.callId === undefined ? {} : { call: failure.callId }),
    ...(failure.field === undefined ? {} : { field: failure.field }),
    what: failure.message,
    meaning: failure.meaning ?? rule.meaning,
    mender: rule.mender,
    command: failure.command ?? commandFor(failure, deployment),
  }
}

function commandFor({ class: failureClass, field }: DeployFailure, deployment: string): string {
  switch (failureClass) {
    case 'user':
      return `correct ${field ?? 'the release file'}, then: holdfast deploy FILE`
    case 'health':
      // Its instances are gone, and their output with them: what they said last stands in the diagnosis.
      return 'mend the application, then: holdfast deploy FILE'
    case 'permission':
    case 'quota':
    case 'throttle':
    case 'capacity':
    case 'consistency':
    case 'platform':
      return `holdfast retry ${deployment}`
    default:
      return failureClass satisfies never
  }
}

export const haltDiagnosis = (reason: string, state: string, deployment: string): Diagnosis => ({
  class: 'halted',
  state,
  what: reason,
  meaning: 'It was halted on request; the former version serves and nothing is left of the new one.',
  mender: 'nobody',
  command: `holdfast retry ${deployment}`,
})
