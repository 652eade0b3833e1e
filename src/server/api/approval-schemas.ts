/** What is said of agreeing to deployments. */
import { z } from 'zod'
import { time } from './schemas.ts'

/** Who acted, as people know them. */
export const actor = z.object({
  type: z.string(),
  id: z.string(),
  via: z.string(),
  name: z.string().optional().meta({ description: 'Of the person or the token: as people know them.' }),
})

export const protection = z
  .object({
    approvals: z.int().meta({ description: 'How many people besides the one who asks.' }),
    livesMs: z.int().meta({ description: 'Milliseconds that a deployment waits for them.' }),
  })
  .meta({ id: 'Protection' })

export const approval = z.object({
  requester: z
    .string()
    .meta({ description: 'Id of the person who asked, or of a token that is nobody’s: they do not vote.' }),
  needed: z.int(),
  state: z
    .enum(['waiting', 'approved', 'refused', 'expired', 'broken'])
    .meta({ description: '`broken`: somebody went ahead without, in an emergency.' }),
  missing: z.int(),
  askedAt: time,
  expiresAt: time,
  votes: z.array(
    z.object({ by: actor, verdict: z.enum(['approve', 'refuse']), reason: z.string().nullable(), votedAt: time }),
  ),
  glass: z
    .object({
      by: actor,
      person: z.string().meta({ description: 'Id of the person who went ahead: somebody else looks at it.' }),
      reason: z.string(),
      at: time,
      reviewed: z.object({ by: z.string(), note: z.string(), at: time }).nullable(),
    })
    .nullable(),
})
