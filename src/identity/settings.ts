/** The section `signOn` of the configuration: identity providers by a short name. */
import { z } from 'zod'

/** As it stands in addresses of sign-ons and in the trail. */
export const providerNameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'a short name of lower-case letters, digits and "-"')

export const issuerSchema = z
  .string()
  .refine(
    (text) => /^https?:\/\/[^?#\s]+$/.test(text) && URL.canParse(text),
    'an issuer such as https://id.example.com',
  )

/** Plain http is let through only to addresses that outbound.allow lists. */
export const signOnSettingsSchema = z.record(
  providerNameSchema,
  z.strictObject({
    /** What people read on the button. */
    name: z.string().trim().min(1).max(60),
    issuer: issuerSchema,
    clientId: z.string().min(1),
    /** By reference; without one the client is public and proves itself by PKCE alone. */
    secret: z
      .string()
      .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, '"env:NAME" or "file:/path": a secret does not stand here itself')
      .optional(),
    scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']),
    /** The claim that lists their groups there. */
    groupsClaim: z.string().min(1).default('groups'),
    /** Group there → group here. Groups named here are the provider's to decide; others stay ours. */
    groups: z.record(z.string(), z.string()).default({}),
    /** Whether who is unknown becomes a person, with what their groups may and nothing else. */
    createPeople: z.boolean().default(false),
  }),
)
export type SignOnSettings = z.output<typeof signOnSettingsSchema>
export type ProviderSettings = SignOnSettings[string]
