/** Machines of all state types and both languages: valid in form, careless in content, so that every failure occurs. */
import type { Tape } from './tape.ts'

type Definition = { readonly [field: string]: unknown }

const resources = [
  'arn:aws:lambda:us-east-1:111111111111:function:f',
  'arn:aws:states:us-east-1:111111111111:activity:a',
  'arn:aws:states:::lambda:invoke',
  'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  'arn:aws:states:::states:startExecution.sync:2',
] as const

export const errorNames = ['Custom', 'States.Timeout', 'States.Runtime', 'States.DataLimitExceeded', 'Other'] as const

export function randomMachine(tape: Tape): Definition {
  return new Builder(tape).machine()
}

class Builder {
  readonly #tape: Tape
  readonly #jsonata: boolean
  #states = 0
  #names = 0

  constructor(tape: Tape) {
    this.#tape = tape
    this.#jsonata = tape.rarely(3)
  }

  machine(): Definition {
    return {
      ...(this.#jsonata ? { QueryLanguage: 'JSONata' } : {}),
      ...(this.#tape.rarely(8) ? { TimeoutSeconds: 300 } : {}),
      ...this.#scope(0),
    }
  }

  #scope(depth: number): Definition {
    const count = 1 + this.#tape.number(depth === 0 ? 5 : 3)
    const names = Array.from({ length: count }, () => `S${this.#names++}`)
    const states = names.map((name, i) => [name, this.#state(names, i, depth)] as const)
    return { StartAt: names[0], States: Object.fromEntries(states) }
  }

  #state(names: readonly string[], at: number, depth: number): Definition {
    const jsonata = this.#jsonata || this.#tape.rarely(4)
    const language = jsonata && !this.#jsonata ? { QueryLanguage: 'JSONata' } : {}
    const nested = depth < 2 && this.#states++ < 12
    const type = this.#tape.pick(
      nested
        ? (['Pass', 'Task', 'Map', 'Parallel', 'Task', 'Choice', 'Wait', 'Fail', 'Succeed'] as const)
        : (['Pass', 'Task', 'Task', 'Choice', 'Wait', 'Fail', 'Succeed'] as const),
    )
    const flow = { ...language, Type: type }
    switch (type) {
      case 'Succeed':
        return { ...flow, ...this.#outlet(jsonata, false) }
      case 'Fail':
        return { ...flow, ...this.#failure(jsonata) }
      case 'Choice':
        return { ...flow, ...this.#choice(names, jsonata), ...this.#assign(jsonata, '') }
      case 'Wait':
        return { ...flow, ...this.#onward(names, at), ...this.#wait(jsonata), ...this.#assign(jsonata, '') }
      case 'Pass':
        return { ...flow, ...this.#onward(names, at), ...this.#pass(jsonata), ...this.#assign(jsonata, '') }
      default:
        return {
          ...flow,
          ...this.#onward(names, at),
          ...this.#outlet(jsonata, true),
          ...this.#recovery(names, jsonata),
          ...this.#work(type, jsonata, depth),
        }
    }
  }

  /** What goes well most of the time; else what mostly fails. */
  #mostly(safe: readonly unknown[], risky: readonly unknown[]): unknown {
    return this.#tape.rarely(9) ? this.#tape.pick(risky) : this.#tape.pick(safe)
  }

  #fields(safe: readonly Definition[], risky: readonly Definition[]): Definition {
    return (this.#tape.rarely(9) ? this.#tape.pick(risky) : this.#tape.pick(safe)) ?? {}
  }

  /** Mostly to the state that follows, sometimes anywhere, also back. */
  #onward(names: readonly string[], at: number): Definition {
    if (this.#tape.rarely(6)) return { Next: this.#tape.pick(names) }
    const next = names[at + 1]
    return next === undefined ? { End: true } : { Next: next }
  }

  #choice(names: readonly string[], jsonata: boolean): Definition {
    const { Assign } = this.#assign(jsonata, '')
    const next = { Next: this.#tape.pick(names), ...(Assign === undefined ? {} : { Assign }) }
    const rule = jsonata
      ? {
          Condition: this.#mostly(['{% $exists($states.input.a) %}', '{% $random() < 0.5 %}', true], ['{% 1 %}']),
          ...next,
        }
      : { ...this.#comparison(), ...next }
    return { Choices: [rule], ...(this.#tape.rarely(5) ? {} : { Default: this.#tape.pick(names) }) }
  }

  #comparison(): Definition {
    return this.#fields(
      [
        { Variable: '$.a', IsPresent: true },
        { Not: { Variable: '$.a', IsPresent: true } },
        {
          And: [
            { Variable: '$.n', IsPresent: true },
            { Variable: '$.n', NumericGreaterThan: 1 },
          ],
        },
        { Variable: '$', IsString: false },
      ],
      [{ Variable: '$.n', NumericEquals: 1 }],
    )
  }

  #wait(jsonata: boolean): Definition {
    if (jsonata) {
      const safe = [{ Seconds: 3 }, { Seconds: '{% $random() * 5 %}' }, { Timestamp: '2026-01-01T00:01:00Z' }]
      return this.#fields(safe, [{ Timestamp: "{% 'never' %}" }])
    }
    const safe = [{ Seconds: 3 }, { Seconds: 0 }, { Timestamp: '2026-01-01T00:01:00Z' }]
    return this.#fields(safe, [{ SecondsPath: '$.n' }, { TimestampPath: '$.t' }])
  }

  #pass(jsonata: boolean): Definition {
    if (jsonata) return this.#output('')
    return {
      ...this.#inputPath(),
      ...this.#tape.pick<Definition>([
        {},
        { Result: { a: { b: 1 }, n: 2, list: [1, 2, 3] } },
        { Parameters: this.#template() },
      ]),
      ...this.#paths(),
    }
  }

  #work(type: 'Task' | 'Map' | 'Parallel', jsonata: boolean, depth: number): Definition {
    if (type === 'Task') return this.#task(jsonata)
    if (type === 'Map') return this.#map(jsonata, depth)
    const branches = Array.from({ length: 1 + this.#tape.number(3) }, () => this.#scope(depth + 1))
    return { Branches: branches, ...this.#given(jsonata) }
  }

  #task(jsonata: boolean): Definition {
    return {
      Resource: this.#tape.pick(resources),
      ...this.#given(jsonata),
      ...(this.#tape.rarely(3) ? { TimeoutSeconds: 20 } : {}),
      ...(this.#tape.rarely(3) ? { HeartbeatSeconds: 7 } : {}),
      ...(this.#tape.rarely(9) ? (jsonata ? { TimeoutSeconds: '{% $states.input.n * 1.5 %}' } : {}) : {}),
    }
  }

  #map(jsonata: boolean, depth: number): Definition {
    const items = jsonata
      ? { Items: this.#mostly(['{% [1..4] %}', '{% [] %}', [1, '{% $states.input %}']], ['{% $states.input.list %}']) }
      : this.#fields([{ ItemsPath: '$$.Execution.Input.list' }], [{ ItemsPath: '$.list' }, {}])
    const selector = jsonata
      ? {
          ItemSelector: this.#mostly(
            [{ n: 1, v: '{% $states.context.Map.Item %}' }],
            ['{% $states.context.Map.Item.Value < 3 ? 1 : $error("three") %}'],
          ),
        }
      : { ItemSelector: { 'v.$': '$$.Map.Item.Value', 'n.$': '$$.Map.Item.Index' } }
    const concurrency = this.#fields(
      [
        {},
        { MaxConcurrency: 1 },
        { MaxConcurrency: 2 },
        ...(jsonata ? [{ MaxConcurrency: '{% $floor($random() * 3) %}' }] : []),
      ],
      jsonata ? [{ MaxConcurrency: -1 }] : [{ MaxConcurrencyPath: '$.n' }],
    )
    return {
      ...this.#processor(depth),
      ...items,
      ...(this.#tape.rarely(3) ? selector : {}),
      ...concurrency,
      ...(jsonata ? {} : this.#inputPath()),
    }
  }

  /** Inline, or with executions of its own for the items. */
  #processor(depth: number): Definition {
    if (!this.#tape.rarely(3)) return { ItemProcessor: this.#scope(depth + 1) }
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: this.#tape.pick(['STANDARD', 'EXPRESS'] as const) }
    return {
      ItemProcessor: { ProcessorConfig, ...this.#scope(depth + 1) },
      ...this.#fields(
        [{ ToleratedFailureCount: 2 }, { ToleratedFailurePercentage: 100 }, {}],
        [{ ToleratedFailureCount: -1 }, { ToleratedFailurePercentage: 101 }],
      ),
    }
  }

  /** What a Task or Parallel is given. */
  #given(jsonata: boolean): Definition {
    if (this.#tape.rarely(2)) return {}
    if (!jsonata) return { ...this.#inputPath(), Parameters: this.#template() }
    return {
      Arguments: this.#mostly(
        ['{% $states.input %}', { a: '{% $states.context.State.RetryCount %}', r: '{% $random() %}' }],
        [{ missing: '{% $states.input.nowhere %}' }, { n: '{% $v %}' }],
      ),
    }
  }

  #template(): unknown {
    return this.#mostly(
      [
        { a: { b: 1 }, 'all.$': '$' },
        { 'r.$': 'States.MathRandom(1, 9)', 'id.$': 'States.UUID()', 'in.$': '$$.Execution.Input' },
      ],
      [
        { 'n.$': '$.n', 'list.$': '$.list' },
        { 'try.$': '$$.State.RetryCount' },
        { 'v.$': '$v' },
        { 'bad.$': 'States.MathAdd($, 1)' },
      ],
    )
  }

  #inputPath(): Definition {
    return this.#tape.rarely(5) ? { InputPath: this.#mostly(['$', '$$.Execution.Input', null], ['$.a']) } : {}
  }

  #paths(): Definition {
    return {
      ...(this.#tape.rarely(3) ? { ResultPath: this.#mostly(['$.r', null], ['$.a.x', '$.list[0]', '$.n.x']) } : {}),
      ...(this.#tape.rarely(6) ? { OutputPath: this.#mostly(['$', null], ['$.a']) } : {}),
    }
  }

  #outlet(jsonata: boolean, result: boolean): Definition {
    if (jsonata) return { ...this.#output(result ? '.result' : ''), ...(result ? this.#assign(true, '.result') : {}) }
    if (!result) return this.#tape.rarely(12) ? { OutputPath: '$.a' } : {}
    return {
      ...(this.#tape.rarely(5)
        ? { ResultSelector: this.#mostly([{ 'kept.$': '$', n: 1 }], [{ 'kept.$': '$.a' }]) }
        : {}),
      ...this.#paths(),
      ...this.#assign(false, ''),
    }
  }

  #output(member: string): Definition {
    if (!this.#tape.rarely(3)) return {}
    return {
      Output: this.#mostly(
        [
          `{% $states${member || '.input'} %}`,
          { a: 1, n: '{% $random() %}', list: [1, 2] },
          '{% $merge([{"slow": $random()}, {"a": 1}]) %}',
        ],
        ['{% $merge([$states.input, {"a": 1}]) %}', { gone: '{% $states.input.gone %}' }, "{% $error('no') %}"],
      ),
    }
  }

  #assign(jsonata: boolean, member: string): { readonly Assign?: Definition } {
    if (!this.#tape.rarely(4)) return {}
    if (!jsonata)
      return {
        Assign: this.#fields([{ 'v.$': '$' }, { v: 1, w: { 'x.$': '$$.State' } }], [{ 'w.$': '$.a' }, { 'v.$': '$v' }]),
      }
    return {
      Assign: this.#fields(
        [{ v: `{% $states${member || '.input'} %}` }, { w: '{% $random() %}', v: 2 }],
        [{ w: '{% $v %}' }],
      ),
    }
  }

  #failure(jsonata: boolean): Definition {
    return this.#tape.pick<Definition>([
      {},
      { Error: this.#tape.pick(errorNames), Cause: 'because' },
      jsonata ? { Error: '{% $states.context.State.Name %}' } : { ErrorPath: '$$.State.Name', Cause: 'because' },
    ])
  }

  #recovery(names: readonly string[], jsonata: boolean): Definition {
    return {
      ...(this.#tape.rarely(2) ? { Retry: this.#retriers() } : {}),
      ...(this.#tape.rarely(2) ? { Catch: [this.#catcher(names, jsonata)] } : {}),
    }
  }

  #retriers(): readonly Definition[] {
    const first = {
      ErrorEquals: this.#names1(),
      IntervalSeconds: this.#tape.number(3),
      MaxAttempts: this.#tape.number(3),
    }
    const jitter = { JitterStrategy: 'FULL', MaxDelaySeconds: 4 }
    return this.#tape.rarely(2)
      ? [first, { ErrorEquals: ['States.ALL'], MaxAttempts: 1, ...jitter }]
      : [{ ...first, ...jitter }]
  }

  #names1(): readonly string[] {
    return this.#tape.pick<readonly string[]>([
      ['Custom'],
      ['States.TaskFailed'],
      ['States.Timeout', 'Custom'],
      ['States.HeartbeatTimeout'],
      ['States.QueryEvaluationError', 'Other'],
    ])
  }

  #catcher(names: readonly string[], jsonata: boolean): Definition {
    const kept = jsonata
      ? this.#fields([{}, { Output: '{% $states.errorOutput %}' }], [{ Output: { gone: '{% $states.input.gone %}' } }])
      : this.#fields([{}, { ResultPath: null }], [{ ResultPath: '$.error' }, { ResultPath: '$.n.x' }])
    const assign = jsonata ? { v: '{% $states.errorOutput.Error %}' } : { 'v.$': '$.Error' }
    return {
      ErrorEquals: this.#tape.rarely(3) ? this.#names1() : ['States.ALL'],
      Next: this.#tape.pick(names),
      ...kept,
      ...(this.#tape.rarely(4) ? { Assign: assign } : {}),
    }
  }
}
