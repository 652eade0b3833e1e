/** Why a deployment is as it is, for the person who must act. Pure. */
import type { Explanation } from '../client/deploy-schemas.ts'
import { commandLine } from '../command-line.ts'
import type { Context } from '../context.ts'
import type { ServerOptions } from '../find-server.ts'
import { printable } from '../paint.ts'
import { labelled } from '../print-error.ts'
import { ago } from '../times.ts'
import { wrap } from '../width.ts'
import { textWidth } from '../world.ts'
import { type Detail, diagnosisDetails } from './diagnosis.ts'
import { actorWords, badge, placeWords } from './words.ts'

export function explanationText(context: Context, explanation: Explanation, server: ServerOptions): string {
  const { world, paint } = context
  const { deployment, diagnosis, failedCalls, unhealthy, remarks } = explanation
  const width = textWidth(world.out)
  const told = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : [
          '',
          `  ${paint.dim(title)}`,
          ...lines.flatMap((line) => wrap(printable(line), width - 4).map((part) => `    ${part}`)),
        ]
  return [
    `${badge(paint, deployment)}  ${paint.bold(printable(placeWords(deployment)))}  ${deployment.id}`,
    ...labelled(
      [
        ...(diagnosis === undefined ? wellDetails(context, explanation) : diagnosisDetails(world, diagnosis, server)),
        ...about(context, explanation),
      ],
      paint,
      width,
    ),
    ...told(
      'calls that failed',
      failedCalls.filter(({ id }) => id !== diagnosis?.call).map(({ id, failure = '' }) => `${id}: ${failure}`),
    ),
    ...told(
      'instances that were not healthy',
      unhealthy.map(({ instance, state = '', detail = '' }) => `${instance} ${state}: ${detail}`),
    ),
    ...told('besides', remarks),
    '',
    ...labelled(nextOf(context, explanation, server), paint, width),
  ].join('\n')
}

/** Nothing is wrong: then what it waits for is the answer. */
function wellDetails(_context: Context, { deployment, waitingFor }: Explanation): readonly Detail[] {
  const { status, state, controlReason } = deployment
  if (status === 'succeeded') return [['why', 'nothing went wrong: it serves, or has served']]
  if (status === 'paused') return [['paused', controlReason ?? 'on request']]
  return [
    ['state', state],
    ['waits', waitingFor ?? 'for nothing; it goes on by itself'],
  ]
}

function about({ world }: Context, { deployment }: Explanation): readonly Detail[] {
  const { releaseId, requestedBy, createdAt, retryOf } = deployment
  return [
    ['release', releaseId],
    ['begun', `${ago(world.now() - createdAt)} by ${actorWords(requestedBy)}`],
    ['retry of', retryOf],
  ]
}

function nextOf({ world }: Context, { deployment, diagnosis }: Explanation, server: ServerOptions): readonly Detail[] {
  const { id, status } = deployment
  const line = (words: string): string => commandLine(world, words, server)
  const isMended = diagnosis?.command.includes(`retry ${id}`) === true
  const again = (status === 'failed' || status === 'halted') && deployment.kind !== 'rollback' && !isMended
  return [
    ['its way', line(`status ${id}`)],
    ['again', again ? line(`retry ${id}`) : undefined],
    ['go on', status === 'paused' ? line(`resume ${id}`) : undefined],
    ['take back', status === 'paused' || status === 'running' ? line(`halt ${id}`) : undefined],
  ]
}
