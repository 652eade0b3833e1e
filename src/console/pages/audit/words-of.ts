/** Who and what a record names, as people know them. Pure. */
import type { TrailRecord } from '../../api/generated.ts'
import { executionIdOf } from '../executions/names.ts'

export const actorWords = ({ type, id, name }: TrailRecord['actor']): string => name ?? `${type} ${id}`

export const subjectWords = (subject: TrailRecord['subject']): string => `${subject.type} ${nameOf(subject)}`

/** Where there is little room: the action tells the type, and of an id made here the end tells it from others. */
export const subjectInShort = (subject: TrailRecord['subject']): string =>
  nameOf(subject).replace(/\b([a-z]{3}_)[0-9a-z]{15,}([0-9a-z]{5})/i, '$1…$2')

/** Of an ARN, what tells it from others of its type. */
const nameOf = ({ type, id }: TrailRecord['subject']): string =>
  type === 'execution' ? executionIdOf(id) : id.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:[A-Za-z]+:/, '')
