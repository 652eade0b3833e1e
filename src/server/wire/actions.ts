/** The Step Functions API, action by action: the one table that the wire is served from. */
import type { Action } from './action.ts'
import { executionActions } from './actions/executions.ts'
import { machineActions } from './actions/machines.ts'
import { mapRunActions } from './actions/map-runs.ts'
import { tagActions } from './actions/tags.ts'
import { taskActions } from './actions/tasks.ts'
import { trialActions } from './actions/trials.ts'
import { aliasActions, versionActions } from './actions/versions.ts'

export const actions = {
  ...machineActions,
  ...versionActions,
  ...aliasActions,
  ...executionActions,
  ...mapRunActions,
  ...taskActions,
  ...tagActions,
  ...trialActions,
} as const satisfies Readonly<Record<string, Action>>

export type ActionName = keyof typeof actions
