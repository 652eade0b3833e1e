/** What the state machine verbs accept: the contract's types as schemas, with the limits of AWS's API model. */
import { z } from 'zod'
import type { CreateStateMachineRequest, UpdateStateMachineRequest, ValidateRequest } from '../contract.ts'
import { wellFormed } from '../parse-request.ts'
import { tags } from '../tag/schemas.ts'
import { versionDescription } from '../version/schemas.ts'

export const machineTypes = ['STANDARD', 'EXPRESS'] as const

const roleArn = wellFormed(z.string().min(1).max(256))
const configuration = wellFormed(z.string().min(1))
const configurations = {
  loggingConfiguration: configuration.optional(),
  tracingConfiguration: configuration.optional(),
  encryptionConfiguration: configuration.optional(),
}

const publishing = { publish: z.boolean().optional(), versionDescription: versionDescription.optional() }

/** What somebody says a revision is for. */
const summary = wellFormed(z.string().min(1).max(500))

/** The size of a definition is counted in bytes, see `requireDefinitionSize`. */
const definition = wellFormed(z.string().min(1))

export const createRequest = z.object({
  name: z.string().min(1).max(80),
  definition,
  roleArn,
  type: z.enum(machineTypes).optional(),
  ...configurations,
  tags: tags.optional(),
  summary: summary.optional(),
  ...publishing,
}) satisfies z.ZodType<CreateStateMachineRequest>

export const updateRequest = z.object({
  arn: z.string().min(1).max(256),
  expectedRevision: z.string().min(1).max(64).optional(),
  definition: definition.optional(),
  roleArn: roleArn.optional(),
  ...configurations,
  summary: summary.optional(),
  ...publishing,
}) satisfies z.ZodType<UpdateStateMachineRequest>

export const validateRequest = z.object({
  definition,
  type: z.enum(machineTypes).optional(),
  severity: z.enum(['ERROR', 'WARNING']).optional(),
  limit: z.int().min(0).max(100).optional(),
}) satisfies z.ZodType<ValidateRequest>
