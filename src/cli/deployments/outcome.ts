/** What came of a deployment: what serves now, with what proof, and what to do next. Pure. */
import { formatDuration } from '../../base/index.ts'
import type { DeploymentDescription } from '../client/deploy-schemas.ts'
import { commandLine } from '../command-line.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import type { ServerOptions } from '../find-server.ts'
import { printable } from '../paint.ts'
import { labelled } from '../print-error.ts'
import { clockTime } from '../times.ts'
import { textWidth } from '../world.ts'
import { type Detail, diagnosisDetails } from './diagnosis.ts'
import { evidenceLines } from './evidence.ts'
import { badge, placeArguments, placeWords } from './words.ts'

/** For `deploy`, `retry`, `resume` and `rollback`. */
export function exitCodeOfDeployment({
  status,
  diagnosis,
}: Pick<DeploymentDescription, 'status' | 'diagnosis'>): ExitCode {
  switch (status) {
    case 'succeeded':
      return exitCodes.ok
    case 'failed':
      return exitCodes.failed
    case 'halted':
      return exitCodes.halted
    case 'running':
    case 'paused':
      // It waits for a person to decide.
      return diagnosis === undefined ? exitCodes.ok : exitCodes.halted
    default:
      return status satisfies never
  }
}

/** `below`: behind a block that has told the state already, as a live display does. */
export function outcomeOf(
  context: Context,
  description: DeploymentDescription,
  server: ServerOptions,
  place: 'below' | 'alone' = context.world.out.isTerminal ? 'below' : 'alone',
): string {
  const { paint, world } = context
  const { status, createdAt, endedAt, diagnosis } = description
  const width = textWidth(world.out)
  const took = endedAt === undefined ? '' : `  in ${formatDuration(endedAt - createdAt)}`
  const head = place === 'below' ? '' : `${badge(paint, description)}  ${printable(placeWords(description))}${took}`
  const facts = [
    ...(diagnosis === undefined ? [] : diagnosisDetails(world, diagnosis, server)),
    ...servingDetails(context, description),
  ]
  const proof = status === 'succeeded' || description.evidence !== undefined
  return [
    head,
    ...labelled(facts, paint, width),
    ...description.remarks.map((remark) => `  ${paint.tone('halted', `! ${printable(remark)}`)}`),
    ...(proof ? ['', ...evidenceLines(description.evidence, paint)] : []),
    '',
    ...labelled(nextSteps(context, description, server), paint, width),
  ].join('\n')
}

function servingDetails({ world }: Context, description: DeploymentDescription): readonly Detail[] {
  const { serving, warm, addresses, status, releaseId, id } = description
  const isNew = serving?.fleet === id || status === 'succeeded'
  const nothing = status === 'failed' || status === 'halted' ? 'nothing; there was no former version' : undefined
  const still = isNew || serving === undefined ? '' : ', as before; nothing is left of the new one'
  return [
    ['serves', serving === undefined ? nothing : `${serving.releaseId}${status === 'paused' ? '' : still}`],
    ['release', isNew ? undefined : releaseId],
    ...(isNew ? addresses.map(({ url, service }): Detail => [service, url]) : []),
    ['warm', warm === undefined ? undefined : warmWords(warm, world.timeZone)],
    ['id', id],
  ]
}

export const warmWords = ({ releaseId, until }: { releaseId: string; until?: number | undefined }, timeZone: string) =>
  `${releaseId}${until === undefined ? '' : ` until ${clockTime(until, timeZone)}`}`

function nextSteps({ world }: Context, description: DeploymentDescription, server: ServerOptions): readonly Detail[] {
  const { status, id, warm } = description
  const place = placeArguments(description)
  const line = (words: string): string => commandLine(world, words, server)
  switch (status) {
    case 'succeeded':
      return [
        ['look at it', line(`status ${place}`)],
        ['its output', line(`logs ${place}`)],
        ['go back', warm === undefined ? undefined : line(`rollback ${place}`)],
      ]
    case 'paused':
      return [
        ['go on', line(`resume ${id}`)],
        ['take back', line(`halt ${id}`)],
        ['why', line(`why ${id}`)],
      ]
    case 'running':
    case 'failed':
    case 'halted':
      return [
        ['why', line(`why ${id}`)],
        ['its output', line(`logs ${id}`)],
        ['what serves', line(`status ${place}`)],
      ]
    default:
      return status satisfies never
  }
}
