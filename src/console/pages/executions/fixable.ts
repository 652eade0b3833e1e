/** Whether a state can get another input and the execution go on with it, as far as the page can tell: the engine has the last word. Pure. */
import type { Row } from '../../../asl/index.ts'
import type { Execution } from '../../api/generated.ts'
import type { Moment } from './moment.ts'

export function canFix(execution: Execution, moment: Moment, row: Row): boolean {
  const { end } = moment
  if (moment.at !== undefined || end === undefined || end.status === 'SUCCEEDED') return false
  if (execution.redriveObstacle !== undefined || execution.mapRun !== undefined) return false
  // It ended with the execution, and has nothing inside that could be corrected instead.
  return row.endedAt === end.at && row.tone !== 'done' && row.iterations === undefined && !hasInside(moment, row)
}

const hasInside = ({ story }: Moment, { type, enteredId }: Row): boolean =>
  type === 'Parallel' && story.view.rows.some(({ inside }) => inside?.row.enteredId === enteredId)
