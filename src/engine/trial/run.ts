/** Carries a planned test out: tries the state, makes its call when it has one, and tries again with the answer. */
import {
  type About,
  makeContext,
  SlowExpression,
  type StepLimits,
  type Trial,
  type TrialAnswer,
  tryState,
} from '../../asl/index.ts'
import { type JsonObject, type JsonText, parseJson, type RandomBytes, uuid4 } from '../../base/index.ts'
import { type Account, stateMachineArn, trialExecutionArn } from '../arn.ts'
import type { TestedState } from '../contract.ts'
import { invalidRequest } from '../errors.ts'
import type { WireRequest, WireResponse } from '../resource-handler.ts'
import type { EngineExpressions } from '../run/core.ts'
import { expressionKey, StepEnv, type StepWorld } from '../run/step-env.ts'
import type { PlannedTrial } from './decide.ts'

/** The world of a test. */
export type TrialPlace = {
  readonly now: number
  readonly randomBytes: RandomBytes
  readonly account: Account
  readonly limits: StepLimits
  readonly expressions: Pick<EngineExpressions, 'evaluate' | 'evaluateSlowly'>
  readonly refuse: StepWorld['refuse']
  /** Calls what the state's Task names. */
  call(call: TrialCall): Promise<CalledTrial>
}

/** The execution that is made up for the test. */
export type TrialCall = {
  readonly call: Extract<Trial, { kind: 'call' }>['call']
  readonly executionArn: string
}

/** What a call came to, and what went over the wire if it was plain HTTP. */
export type CalledTrial = {
  readonly answer: TrialAnswer
  readonly wire?: { readonly request?: WireRequest; readonly response?: WireResponse }
}

/** @throws HoldfastError request.invalid when what the test assumes cannot be */
export async function runTrial(place: TrialPlace, plan: PlannedTrial): Promise<TestedState> {
  const about = aboutOf(place, plan)
  const attempt = new Attempts(place, plan, about)
  let trial = await attempt.try(plan.answer)
  let wire: CalledTrial['wire']
  if (trial.kind === 'call') {
    const called = await place.call({ call: trial.call, executionArn: about.arn })
    wire = called.wire
    trial = await attempt.try(called.answer)
  }
  if (trial.kind === 'refused') throw invalidRequest(trial.reason, 'stateConfiguration')
  if (trial.kind === 'call') throw new Error('the state asks for a call whose answer it has')
  const { kind: _, ...tested } = trial
  return { ...tested, inspection: { ...tested.inspection, ...wire } }
}

function aboutOf({ now, randomBytes, account }: TrialPlace, { input, roleArn }: PlannedTrial): About {
  const machineName = uuid4(randomBytes)
  const name = uuid4(randomBytes)
  return {
    arn: trialExecutionArn(account, machineName, name),
    name,
    input,
    roleArn: roleArn ?? '',
    startedAt: now,
    machineArn: stateMachineArn(account, machineName),
    machineName,
    region: account.region,
  }
}

/** The tries of one test: all have the same time and chance, so that one goes the way of the one before it. */
class Attempts {
  readonly #place: TrialPlace
  readonly #plan: PlannedTrial
  readonly #about: About
  readonly #context: JsonObject
  readonly #token: string
  readonly #recorded = new Map<string, JsonText>()
  #seed: string | undefined

  constructor(place: TrialPlace, plan: PlannedTrial, about: About) {
    this.#place = place
    this.#plan = plan
    this.#about = about
    this.#token = uuid4(place.randomBytes)
    this.#context = plan.context ?? this.#makeContext()
  }

  async try(answer: TrialAnswer | undefined): Promise<Trial> {
    const { limits, expressions, now } = this.#place
    for (;;) {
      const env = this.#env()
      try {
        return tryState({ ...this.#plan, about: this.#about, context: this.#context, answer }, env, limits)
      } catch (slow) {
        if (!(slow instanceof SlowExpression)) throw slow
        const { source, bindings } = slow
        const random = (): number => env.random()
        const outcome = await expressions.evaluateSlowly(source, bindings, { now, random })
        this.#recorded.set(expressionKey(source, bindings), JSON.stringify(outcome))
      } finally {
        this.#seed = env.seed
      }
    }
  }

  #env(): StepEnv {
    const { now, randomBytes, expressions, refuse } = this.#place
    return new StepEnv({
      now,
      randomBytes,
      evaluate: (source, bindings, chance) => expressions.evaluate(source, bindings, chance),
      token: () => this.#token,
      refuse: (resource, parameters) =>
        // Whether an activity exists does not matter to a test that says what it answers.
        resource.kind === 'activity' ? undefined : refuse(resource, parameters),
      recorded: this.#recorded,
      seed: this.#seed,
    })
  }

  #makeContext(): JsonObject {
    const { state, input, roleArn, retries } = this.#plan
    const { arn, name, machineArn, machineName } = this.#about
    return makeContext(state, {
      executionArn: arn,
      executionName: name,
      machineArn,
      machineName,
      roleArn,
      input: parseJson(input),
      at: this.#place.now,
      retryCount: retries,
      token: this.#token,
    })
  }
}
