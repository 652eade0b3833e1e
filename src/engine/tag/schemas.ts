/** What the tag verbs accept. */
import { z } from 'zod'
import type { Tag } from '../contract.ts'
import { wellFormed } from '../parse-request.ts'

/** So many tags may one resource carry. */
export const maxTags = 50

const tagKey = wellFormed(z.string().min(1).max(128))

export const tags = z.array(z.object({ key: tagKey, value: wellFormed(z.string().max(256)) })) satisfies z.ZodType<
  readonly Tag[]
>

export const tagRequest = z.object({ arn: z.string().min(1).max(256), tags })

export const untagRequest = z.object({ arn: z.string().min(1).max(256), keys: z.array(tagKey) })
