import type { AnswerOf } from '../../api/client.ts'

/** Who the code of an invitation is for, and what their authenticator is to take in. */
export type Invited = AnswerOf<'joinBegin'>
