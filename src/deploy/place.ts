/** Where a release goes: a project and a config. Each place has one lock, one pointer and one history. */
import { z } from 'zod'
import { nameSchema, projectSchema } from './release/schemas.ts'

export const placeSchema = z.strictObject({ project: projectSchema, config: nameSchema })
export type Place = z.output<typeof placeSchema>

export const placeName = ({ project, config }: Place): string => `${project}/${config}`
