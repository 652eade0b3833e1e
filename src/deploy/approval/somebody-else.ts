import { commonHand, type Hands, nameOfHand, unknownHand } from '../../access/index.ts'
import { deployError } from '../errors.ts'
import type { Queries } from '../sql.ts'

/**
 * What one person may have done does not count as done by two.
 * @throws HoldfastError deploy.own_request, deploy.maker_unknown
 */
export function requireSomebodyElse(queries: Queries, id: string, asked: Hands, answers: Hands): void {
  const common = commonHand(asked, answers)
  if (common === undefined) return
  if (common === unknownHand) throw makerUnknown(id, asked.includes(unknownHand))
  throw deployError(
    'deploy.own_request',
    `${id} needs somebody else than who asked: ${nameOfHand(queries, common)} may have done both`,
    {
      place: 'id',
      accepted:
        'somebody else: one person is one person, whichever token they use, have made or have rotated, and for a day whomever they invited',
    },
  )
}

const makerUnknown = (id: string, isRequest: boolean) =>
  deployError(
    'deploy.maker_unknown',
    isRequest
      ? `Nobody agrees to ${id}: it was asked for by a token of which nobody knows who made it`
      : `Nobody knows who made the token that would answer for ${id}`,
    {
      place: 'id',
      accepted: 'a person, or a token whose maker is known',
      repair: 'holdfast tokens rotate ID, without --overlap, makes it known whose it is',
    },
  )
