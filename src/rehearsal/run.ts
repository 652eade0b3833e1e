/** Runs the cases of a file in virtual time. */
import { type About, type Machine, simulate, type Simulation, type SimulationRequest } from '../asl/index.ts'
import { type JsonText, printJson, jsonFromPlain } from '../base/index.ts'
import { type Expressions, type Seed, seededChance } from '../jsonata/index.ts'
import { type Difference, judge } from './judge.ts'
import { createMocks, type Unanswered } from './mocks.ts'
import type { TestCase } from './schema.ts'

export type CaseResult = {
  readonly name: string
  readonly passed: boolean
  readonly differences: readonly Difference[]
  /** Calls for which the case says nothing. */
  readonly unanswered: readonly Unanswered[]
  readonly simulation: Simulation
}

/** AWS's own limits, so that what passes here passes there. */
const limits = { payloadBytes: 262_144, historyEvents: 25_000 }

const firstInstant = Date.UTC(2026, 0, 1)

export type Rehearsal = {
  readonly machine: Machine
  readonly expressions: Pick<Expressions, 'evaluate' | 'evaluateSlowly'>
  readonly testCase: TestCase
  /** See SimulationRequest. */
  readonly onStep?: SimulationRequest['onStep']
}

/** One case; the same case gives the same result on every machine. */
export async function runCase({ machine, expressions, testCase, onStep }: Rehearsal): Promise<CaseResult> {
  const mocks = createMocks(testCase.mocks)
  const about = aboutOf(testCase)
  const simulation = await simulate({
    machine,
    about,
    limits,
    chance: (step) => seededChance(about.startedAt, seedOf(testCase.name, step)),
    evaluate: (source, bindings, world) => expressions.evaluate(source, bindings, world),
    evaluateSlowly: (source, bindings, world) => expressions.evaluateSlowly(source, bindings, world),
    refuse: () => undefined,
    answer: (task) => mocks.answer(task),
    readItems: (stateName) => itemsOf(testCase, stateName),
    ...(onStep === undefined ? {} : { onStep }),
  })
  const differences = judge(testCase.expect, simulation, mocks.unanswered)
  return {
    name: testCase.name,
    passed: differences.length === 0,
    differences,
    unanswered: mocks.unanswered,
    simulation,
  }
}

function itemsOf({ items = {} }: TestCase, stateName: string): JsonText | undefined {
  return Object.hasOwn(items, stateName) ? printJson(jsonFromPlain(items[stateName])) : undefined
}

function aboutOf({ name, input, startAt }: TestCase): About {
  const machineName = 'machine'
  const prefix = 'arn:aws:states:us-east-1:000000000000'
  return {
    arn: `${prefix}:execution:${machineName}:test`,
    name,
    input: printJson(jsonFromPlain(input ?? {})),
    roleArn: 'arn:aws:iam::000000000000:role/holdfast',
    startedAt: startAt === undefined ? firstInstant : Date.parse(startAt),
    machineArn: `${prefix}:stateMachine:${machineName}`,
    machineName,
    region: 'us-east-1',
  }
}

/** Different for each case and step, and always the same for one. The text is folded in FNV-1a's way. */
function seedOf(name: string, step: number): Seed {
  let hash = 0x811c9dc5
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return [hash >>> 0, step, 0x9e3779b9, 1]
}
