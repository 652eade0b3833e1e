import { type Actor, requirePermission } from '../../access/index.ts'
import type { ValidateRequest, Validation } from '../contract.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { diagnose } from './definition.ts'
import { validateRequest } from './schemas.ts'

const defaultLimit = 100

/**
 * What the checker says about a definition, without storing anything. Warnings are told only on demand, and never make
 * a definition wrong. A limit of 0 means the default of 100.
 * @throws HoldfastError request.invalid, request.too_large
 */
export async function validateDefinition(
  registry: Registry,
  actor: Actor,
  request: ValidateRequest,
): Promise<Validation> {
  requirePermission(actor, 'machine.validate')
  const { definition, type, severity, limit } = parseRequest(validateRequest, request, {
    awsNames: { limit: 'maxResults' },
    hidden: ['definition'],
  })
  const all = diagnose(registry, definition, type ?? 'STANDARD')
  const errors = all.filter((diagnostic) => diagnostic.severity === 'ERROR')
  const told = severity === 'WARNING' ? all : errors
  const most = limit || defaultLimit
  return { ok: errors.length === 0, diagnostics: told.slice(0, most), truncated: told.length > most }
}
