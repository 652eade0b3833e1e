/** Who and what a record names, as people know them. Pure. */
import type { TrailRecord } from '../../api/generated.ts'
import { executionIdOf } from '../executions/names.ts'

export const actorWords = ({ type, id, name }: TrailRecord['actor']): string => name ?? `${type} ${id}`

/** Of an ARN, what tells it from others of its type. */
export const subjectWords = ({ type, id }: TrailRecord['subject']): string =>
  `${type} ${type === 'execution' ? executionIdOf(id) : id.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:[A-Za-z]+:/, '')}`
