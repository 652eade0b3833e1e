/** A procedure as the engine sees it: without its functions. Pure. */
import { z } from 'zod'
import type { JsonText } from '../../base/index.ts'
import type { Account } from '../arn.ts'
import { definitionOf } from './definition.ts'
import type { Procedure } from './procedure.ts'
import type { ProcedureSummary } from './worker/protocol.ts'

/** @throws HoldfastError procedure.task_missing */
export function procedureSummary(procedure: Procedure, account: Account): ProcedureSummary {
  const inputSchema = inputSchemaOf(procedure)
  return {
    name: procedure.name,
    definition: definitionOf(procedure, account),
    ...(inputSchema === undefined ? {} : { inputSchema }),
  }
}

/** As JSON Schema. A schema that cannot be said so, or of a library of the author's own, is checked all the same. */
function inputSchemaOf({ input }: Procedure): JsonText | undefined {
  try {
    return JSON.stringify(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }))
  } catch {
    // Only a help to whoever writes an input.
    return undefined
  }
}
