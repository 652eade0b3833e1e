/**
 * What somebody may do: a role, everywhere or on one project or place. Written `deployer@acme/shop/production` where people write it.
 * Pure.
 */
import { z } from 'zod'

/**
 * From little to much, but none contains another by being further right: `verbs.ts` says for each verb which of them may.
 * viewer: sees. deployer: ships. approver: agrees to what others ask for. responder: stops, takes back, repairs. admin: all of it,
 * and who may what; yet even an admin does not approve their own.
 */
export const roles = ['viewer', 'deployer', 'approver', 'responder', 'admin'] as const
export type Role = (typeof roles)[number]

/** As `src/deploy` names projects and configs. */
const word = String.raw`[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?`
const project = z
  .string()
  .regex(new RegExp(`^${word}/${word}$`), 'a project as org/name, for example acme/shop')
  .describe('Only on this project')
const config = z
  .string()
  .regex(new RegExp(`^${word}$`), 'a config, for example production')
  .describe('Only on this config of the project')

export const grantSchema = z
  .strictObject({
    role: z.enum(roles).describe('What the holder may do'),
    project: project.optional(),
    config: config.optional(),
  })
  .refine((grant) => grant.config === undefined || grant.project !== undefined, {
    error: 'a config stands with its project',
    path: ['project'],
  })
/** Without a project: everywhere. */
export type Grant = z.infer<typeof grantSchema>

/** Grants as a holder has them: as many as a person can read. */
export const grantsSchema = z.array(grantSchema).max(100)

/** As much as a grant needs to know of where something is. */
export type PlaceOfThing = { readonly project: string; readonly config: string }

/** Whether the grant holds in this place. */
export const covers = (grant: Grant, place: PlaceOfThing): boolean =>
  grant.project === undefined ||
  (grant.project === place.project && (grant.config === undefined || grant.config === place.config))

/** `admin`, `deployer@acme/shop`, `approver@acme/shop/production`. */
export function printGrant({ role, project, config }: Grant): string {
  return [
    role,
    ...(project === undefined ? [] : [`@${project}`]),
    ...(config === undefined ? [] : [`/${config}`]),
  ].join('')
}

/** The inverse of `printGrant`; undefined when it is none. */
export function parseGrant(text: string): Grant | undefined {
  const [, role, project, config] = /^([^@/]+)(?:@([^@/]+\/[^@/]+)(?:\/([^@/]+))?)?$/.exec(text) ?? []
  const parsed = grantSchema.safeParse({
    role,
    ...(project === undefined ? {} : { project }),
    ...(config === undefined ? {} : { config }),
  })
  return parsed.success ? parsed.data : undefined
}

/** What both lists allow: a token never does more than whoever it belongs to. */
export function intersectGrants(some: readonly Grant[], others: readonly Grant[]): Grant[] {
  const both = some.flatMap((one) => others.flatMap((other) => narrower(one, other) ?? []))
  return [...new Map(both.map((grant) => [printGrant(grant), grant])).values()]
}

/** `admin` includes every other role, so of an admin and a deployer the deployer is what both may. */
function narrower(one: Grant, other: Grant): Grant | undefined {
  const role =
    one.role === other.role || other.role === 'admin' ? one.role : one.role === 'admin' ? other.role : undefined
  const where = isWithin(one, other) ? one : isWithin(other, one) ? other : undefined
  if (role === undefined || where === undefined) return undefined
  const { project, config } = where
  return { role, ...(project === undefined ? {} : { project }), ...(config === undefined ? {} : { config }) }
}

const isWithin = (inner: Grant, outer: Grant): boolean =>
  outer.project === undefined ||
  (inner.project === outer.project && (outer.config === undefined || inner.config === outer.config))
