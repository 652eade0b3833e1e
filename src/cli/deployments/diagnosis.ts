/** Why a deployment did not succeed, for the person who must act. Pure. */
import type { Diagnosis } from '../client/deploy-schemas.ts'
import { commandLine } from '../command-line.ts'
import type { ServerOptions } from '../find-server.ts'
import type { World } from '../world.ts'

export type Detail = readonly [label: string, text: string | undefined]

const menders = {
  author: 'whoever wrote the release',
  operator: 'whoever runs the hosts',
  nobody: 'nobody needs to',
} as const

export function diagnosisDetails(world: World, diagnosis: Diagnosis, server: ServerOptions): readonly Detail[] {
  const { state, call, field, what, meaning, mender, command } = diagnosis
  return [
    ['state', state],
    ['call', call],
    ['field', field],
    ['what', what],
    ['meaning', meaning],
    ['mends it', menders[mender]],
    ['do', commandWords(world, command, server)],
  ]
}

/** A command that the server names, as this person types it. */
export function commandWords(world: World, text: string, server: ServerOptions): string {
  return text.replace(/(?<![\w/.-])holdfast ([a-z].*)$/, (_, words: string) => commandLine(world, words, server))
}
