/** Which fields may stand where, out of the tables that check them: for who writes a definition. Pure. */
import { catcherShape, retrierShape } from './recovery.ts'
import { batcherShape, readerConfigShape, readerShape, writerShape } from './maps.ts'
import { nestedRuleShape, ruleShape } from './choice.ts'
import { branchShape, distributedConfig, machineShape, processorShape } from './scopes.ts'
import { integrationArns } from './services.ts'
import type { Shape } from './shape.ts'
import { stateShapes } from './states.ts'
import type { Language } from './visit.ts'

const shapes = {
  ...stateShapes,
  machine: machineShape,
  branch: branchShape,
  processor: processorShape,
  processorConfig: distributedConfig,
  retrier: retrierShape,
  catcher: catcherShape,
  rule: ruleShape,
  nestedRule: nestedRuleShape,
  reader: readerShape,
  readerConfig: readerConfigShape,
  batcher: batcherShape,
  writer: writerShape,
} satisfies Readonly<Record<string, Shape>>

/** A kind of object in a definition: a type of state, or one of its parts. */
export type ObjectKind = keyof typeof shapes

export const stateTypes = Object.keys(stateShapes) as readonly (keyof typeof stateShapes)[] // of this very literal

/** Names of the fields that such an object may have in that language, the required ones first. */
export function fieldNames(kind: ObjectKind, language: Language): readonly string[] {
  const fields = [...shapes[kind].fields].filter(([, field]) => (field.language ?? language) === language)
  const isNeeded = ([, field]: (typeof fields)[number]): boolean => field.required === true
  return [...fields.filter(isNeeded), ...fields.filter((field) => !isNeeded(field))].map(([name]) => name)
}

/** Resources of the service integrations that are known, in every way in which they can be called. */
export const knownResources = integrationArns
