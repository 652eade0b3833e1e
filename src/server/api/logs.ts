/** The route on the output of instances: what they wrote, and what they write. */
import { z } from 'zod'
import { type LogLine, type LogPositions, logsRequestSchema } from '../../deploy/index.ts'
import { printEvents } from './event-stream.ts'
import { printBody } from './json-body.ts'
import { json, route, type RouteAnswer, type RouteContext } from './route.ts'
import { wholeNumber } from './schemas.ts'

const line = z
  .object({
    host: z.string(),
    instance: z.string().meta({ examples: ['web/0'] }),
    service: z.string(),
    deployment: z.string().meta({ description: 'The deployment that brought the instance up.' }),
    text: z.string(),
    gap: z.literal(true).optional().meta({ description: 'What stood before it was rotated away unread.' }),
  })
  .meta({ id: 'LogLine' })

const logs = z.object({
  items: z.array(line),
  silent: z
    .array(z.object({ host: z.string(), reason: z.string() }))
    .meta({ description: 'Hosts that did not answer: lines of their instances are missing.' }),
})

const query = logsRequestSchema.extend({
  lines: wholeNumber
    .refine((value) => value >= 1 && value <= 10_000, '1 to 10000 is accepted')
    .optional()
    .meta({ description: 'So many of the newest lines of each instance: 1 to 10000. Default 200.' }),
  follow: z.enum(['true', 'false']).optional().meta({
    description: 'true: server-sent `line` events instead of JSON, until you leave. Resumes after Last-Event-ID.',
  }),
})

export const logRoutes = [
  route({
    method: 'GET',
    path: '/v1/logs',
    verb: 'logs.read',
    summary:
      'What instances wrote, both streams in the order of writing, secrets masked: of a place, or of one deployment.',
    query,
    answers: {
      200: { description: 'The lines, instance after instance; with `follow` as server-sent events.', schema: logs },
    },
    run: readOrFollow,
  }),
]

type Context = RouteContext<unknown, z.output<typeof query>, unknown>

function readOrFollow({
  dependencies: { deploys },
  actor,
  query: { follow, ...request },
  headers,
}: Context): RouteAnswer {
  if (follow !== 'true') {
    return {
      kind: 'wait',
      run: async (signal) => {
        const { lines, silent } = await deploys.readLogs(actor, request, signal)
        return json(200, { items: lines.map(lineOf), silent })
      },
    }
  }
  const after = positionsIn(headers['last-event-id'])
  // What is asked for wrongly is refused before the stream begins.
  const follower = new AbortController()
  const lines = deploys.followLogs(actor, { ...request, after }, follower.signal)
  return {
    kind: 'events',
    run: async (send, signal) => {
      signal.addEventListener('abort', () => follower.abort(), { once: true })
      if (signal.aborted) return
      for await (const { lines: told, positions } of lines) {
        const id = idOf(positions)
        await send(
          printEvents(
            told.map((one, index) => ({
              ...(index === told.length - 1 ? { id } : {}),
              ...{ event: 'line', data: printBody(lineOf(one)) },
            })),
          ),
        )
      }
    },
  }
}

const lineOf = ({ host, instance, service, deployment, text, gap }: LogLine): z.output<typeof line> => ({
  ...{ host, instance, service, deployment, text, gap },
})

/** A header holds some thousand characters: with more instances than fit, who comes back begins at the newest lines again. */
const longestId = 6000

function idOf(positions: LogPositions): string {
  const id = Buffer.from(JSON.stringify(positions)).toString('base64url')
  return id.length <= longestId ? id : ''
}

const positionsSchema = z.record(z.string(), z.int().min(0))

/** Whatever is no id of ours begins anew. */
function positionsIn(id: string | undefined): LogPositions | undefined {
  if (id === undefined || id === '') return undefined
  try {
    return positionsSchema.safeParse(JSON.parse(Buffer.from(id, 'base64url').toString('utf8'))).data
  } catch {
    // Not JSON: somebody else's id.
    return undefined
  }
}
