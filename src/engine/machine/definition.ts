/** Definitions that a machine may have: small enough, and without a finding of the checker that is an error. */
import { hash } from 'node:crypto'
import { checkDefinition, type Diagnostic, describeDiagnostics, variableReferences } from '../../asl/index.ts'
import { byteLength, type JsonText } from '../../base/index.ts'
import type { MachineType } from '../contract.ts'
import { invalidDefinition, requestTooLarge } from '../errors.ts'
import type { Registry } from '../registry.ts'
import type { Configurations } from './configuration.ts'
import { printReferences } from './queries.ts'

type Checking = Pick<Registry, 'expressions' | 'limits'>

/**
 * What the checker says about it, the most severe first as the checker orders them.
 * @throws HoldfastError request.too_large
 */
export function diagnose(
  { expressions, limits }: Checking,
  definition: string,
  type: MachineType,
): readonly Diagnostic[] {
  if (byteLength(definition) > limits.definitionBytes) throw requestTooLarge('definition', limits.definitionBytes)
  return checkDefinition(definition, { type, expressions, maxBytes: limits.definitionBytes })
}

/**
 * Takes a definition in: refuses a wrong one, and says which variables its states read (a JSON object by state name).
 * @throws HoldfastError request.too_large, machine.definition_invalid
 */
export function acceptDefinition(checking: Checking, definition: string, type: MachineType): JsonText {
  const errors = diagnose(checking, definition, type).filter((diagnostic) => diagnostic.severity === 'ERROR')
  if (errors.length > 0) throw invalidDefinition(describeDiagnostics(errors), errors[0]?.location)
  return printReferences(variableReferences(definition, checking.expressions))
}

type Described = Configurations & { readonly definition: string; readonly roleArn: string }

/** A revision as the trail tells of it: the definition by its digest, the rest as it is. */
export function summaryOf({
  definition,
  roleArn,
  logging,
  tracing,
  encryption,
}: Described): Readonly<Record<string, string>> {
  return { definition: `sha256:${hash('sha256', definition)}`, roleArn, logging, tracing, encryption }
}
