/** What became of a tried state, as our API tells it: by the server, or by the language in this process. */
import { z } from 'zod'
import { isJsonObject, type Json, type JsonText, parseJson, plainFromJson, printJson } from '../../base/index.ts'
import { cliError } from '../errors.ts'

const head = z.object({
  status: z.enum(['SUCCEEDED', 'FAILED', 'RETRIABLE', 'CAUGHT_ERROR']),
  error: z.string().optional(),
  cause: z.string().optional(),
  nextState: z.string().optional(),
})

export type TriedState = z.infer<typeof head> & {
  /** All of it, as JSON. */
  readonly text: JsonText
  readonly output: JsonText | undefined
  /** What it computed on the way, by name. */
  readonly inspection: ReadonlyMap<string, JsonText>
}

/** @throws HoldfastError cli.protocol when a server of another kind has answered */
export function readTried(text: JsonText): TriedState {
  const json = parseJson(text)
  const parsed = head.safeParse(plainFromJson(json))
  if (!parsed.success || !isJsonObject(json)) {
    throw cliError('cli.protocol', 'The server answered something that is no tried state', { cause: parsed.error })
  }
  const output = json.get('output')
  const inspection = json.get('inspection') ?? new Map<string, Json>()
  const members = isJsonObject(inspection) ? [...inspection] : []
  return {
    ...parsed.data,
    text,
    output: output === undefined ? undefined : printJson(output),
    inspection: new Map(members.map(([name, value]) => [name, printJson(value)])),
  }
}
