/** The section `ci` of the configuration: issuers of ID tokens for jobs of pipelines, and which job may what. */
import { z } from 'zod'
import { parseGrant } from '../../access/index.ts'
import { issuerSchema, providerNameSchema } from '../settings.ts'

/**
 * Claims that say whose a job is. Issuers such as GitHub's sign for everybody's repositories, so a rule names one, and by more than `*`.
 */
export const owningClaims = [
  ...['sub', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id'],
  ...['project_path', 'project_id', 'namespace_path', 'namespace_id'],
] as const

const grant = z.string().transform((text, context) => {
  const parsed = parseGrant(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: `"${text}" is no grant, such as deployer@acme/shop/production` })
  return z.NEVER
})

const rule = z.strictObject({
  /** Claim → what it has to be: the text itself, or with `*` for any text without "/" and `**` for any. All of them. */
  claims: z
    .record(z.string(), z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]))
    .refine(
      (claims) =>
        owningClaims.some((name) => name in claims && [claims[name]].flat().every((text) => /^[^*]/.test(text ?? ''))),
      `one of ${owningClaims.join(', ')} is named, and does not begin with *: the issuer signs for everybody`,
    ),
  may: z.array(grant).min(1),
})
export type CiRule = z.output<typeof rule>

export const ciSettingsSchema = z
  .record(
    providerNameSchema,
    z.strictObject({
      issuer: issuerSchema,
      /** What a token has to be for: this Holdfast. */
      audience: z.string().min(1),
      /** Where its keys are; without it, where its discovery document says. */
      jwks: z.url().optional(),
      rules: z.array(rule).min(1),
    }),
  )
  .refine((issuers) => {
    const all = Object.values(issuers).map(({ issuer }) => issuer)
    return new Set(all).size === all.length
  }, 'each issuer once')
export type CiSettings = z.output<typeof ciSettingsSchema>
export type CiIssuerSettings = CiSettings[string]
