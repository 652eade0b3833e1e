/** The commands about deploying, in the order in which a newcomer needs them. */
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { approveCommand, refuseCommand } from './approve.ts'
import { breakGlassCommand, reviewCommand } from './break-glass.ts'
import { breakCommand } from './break.ts'
import { deployCommand } from './deploy.ts'
import { diffCommand } from './diff.ts'
import { haltCommand } from './halt.ts'
import { historyCommand } from './history.ts'
import { addKeyCommand } from './keys/add.ts'
import { listKeysCommand } from './keys/list.ts'
import { revokeKeyCommand } from './keys/revoke.ts'
import { lockCommand } from './lock.ts'
import { locksCommand } from './locks.ts'
import { logsCommand } from './logs.ts'
import { pauseCommand } from './pause.ts'
import { protectCommand } from './protect.ts'
import { resumeCommand } from './resume.ts'
import { retryCommand } from './retry.ts'
import { rollbackCommand } from './rollback.ts'
import { statusCommand } from './status.ts'
import { trafficCommand } from './traffic.ts'
import { unlockCommand } from './unlock.ts'
import { whyCommand } from './why.ts'

export function deployingCommands(context: Context): readonly Command[] {
  const keys = new Command('keys').description('whose signatures are accepted: add, list, revoke')
  for (const command of [addKeyCommand(context), listKeysCommand(context), revokeKeyCommand(context)])
    keys.addCommand(command)
  return [
    deployCommand(context),
    statusCommand(context),
    rollbackCommand(context),
    whyCommand(context),
    approveCommand(context),
    refuseCommand(context),
    haltCommand(context),
    pauseCommand(context),
    resumeCommand(context),
    retryCommand(context),
    historyCommand(context),
    diffCommand(context),
    trafficCommand(context),
    logsCommand(context),
    locksCommand(context),
    protectCommand(context),
    breakGlassCommand(context),
    reviewCommand(context),
    lockCommand(context),
    unlockCommand(context),
    breakCommand(context),
    keys,
  ].map((command) => command.helpGroup('Deploying:'))
}
