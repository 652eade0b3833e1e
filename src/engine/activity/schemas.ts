/** What the activity verbs accept. */
import { z } from 'zod'
import { tags } from '../tag/schemas.ts'

export const createActivityRequest = z.object({ name: z.string().min(1).max(80), tags: tags.optional() })
