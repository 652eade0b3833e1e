/**
 * Every action that the trail can record, `<entity>.<verb>`, with what it says in the past tense. A domain adds its lines here;
 * the trail itself attaches no meaning to them.
 */
export const actions = {
  'platform.start': 'Holdfast started',
  'platform.stop': 'Holdfast stopped',
  'platform.rotate_keys': 'a new sealing key was made, and secrets are sealed anew under it',
  'platform.keys_rotated': 'all secrets were sealed anew, and keys without any were dropped',

  'token.create': 'an access token was made',
  'token.revoke': 'an access token was revoked',
  'login.decide': 'somebody let a command line act as them, or refused it',
  'token.rotate': 'an access token was given a new secret',
  'token.replayed': 'an ID token of a pipeline came a second time, and was refused',
  'token.rekey': "a token's keys for AWS's tools were made anew",

  'access.refused': 'somebody who did not show who they are was refused',
  'access.forbidden': 'somebody asked for what they may not do',
  'outbound.refused': 'a call to an address that may not be called was refused',

  'person.add': 'somebody was added who may sign in',
  'person.change': 'what somebody may do was changed, or they were disabled',
  'person.invite': 'somebody was given a code to join, or to begin anew',
  'person.join': 'somebody joined with a password and an authenticator, or with a passkey',
  'person.link': 'an account at an identity provider became that of a person',
  'person.sign_in_failed': 'a sign-in under the name of a person failed',
  'passkey.add': 'somebody added a passkey to sign in by',
  'passkey.rename': 'somebody gave a passkey of theirs another name',
  'passkey.remove': 'somebody removed a passkey of theirs',
  'passkey.copied': 'a passkey that counts went back, so there may be two of it; it was refused',
  'group.set': 'a group was made, or what its members may do was changed',
  'group.remove': 'a group was removed',

  'session.invite': 'a one-time sign-in link to the console was made',
  'session.begin': 'somebody signed in to the console',
  'session.end': 'somebody signed out of the console',

  'trail.prune': 'records older than their kept-for time were cut off',

  'machine.create': 'a state machine was created',
  'machine.update': 'a state machine was changed',
  'machine.delete': 'a state machine was deleted',
  'machine.publish': 'a revision of a state machine was published as a version',
  'version.delete': 'a version of a state machine was deleted',
  'alias.create': 'an alias of a state machine was created',
  'alias.update': 'an alias of a state machine was led elsewhere',
  'alias.delete': 'an alias of a state machine was deleted',

  'state.test': 'a single state was tested, with a real call of its task',

  'activity.create': 'an activity was created',
  'activity.delete': 'an activity was deleted',

  'resource.tag': 'tags were put on a resource',
  'resource.untag': 'tags were taken off a resource',

  'execution.start': 'an execution was started',
  'execution.stop': 'an execution was told to stop',
  'execution.redrive': 'an execution that had ended without success was told to go on',
  'execution.continue':
    'an execution that had ended without success was told to go on with another input for its state',
  'execution.close': 'an execution ended; its history has this digest',
  'execution.prune': 'finished executions older than their kept-for time were deleted',

  'map_run.start': 'a distributed Map began to run its items as executions of their own',
  'map_run.update': 'the concurrency or the tolerance of a Map Run was changed',
  'map_run.redrive': 'a Map Run goes on with its redriven execution: what had failed in it runs again',
  'map_run.close': 'a Map Run ended',

  'task.call': 'a mutating call to the outside was made',
  'task.succeed': 'a task was reported successful from outside',
  'task.fail': 'a task was reported failed from outside',

  'connection.add': 'a connection for HTTP tasks was added, or replaced',
  'connection.remove': 'a connection for HTTP tasks was removed',

  'key.add': 'a key that may sign releases was registered',
  'key.revoke': 'a key that may sign releases was revoked',

  'host.enrol': 'a host was enrolled',
  'host.connect': "a host's agent connected for the first time",
  'host.drain': 'a host was told to take no new instances',
  'host.undrain': 'a host may take new instances again',
  'host.remove': 'a host was removed, and its token revoked',

  'lock.acquire': 'somebody closed a project and config against deployments',
  'lock.release': 'somebody opened a project and config for deployments again',
  'lock.break': 'a lock was broken',

  'place.protect': 'how many people have to agree to a deployment of a place was changed',
  'approval.ask': 'a deployment waits until others agree to its plan',
  'approval.give': 'somebody agreed to the plan of a deployment',
  'approval.refuse': 'somebody refused the plan of a deployment',
  'approval.reach': 'enough people have agreed to the plan of a deployment',
  'approval.review': 'somebody looked at what went ahead without approval',

  'deploy.start': 'a deployment was begun',
  'deploy.refuse': 'a release was refused',
  'deploy.halt': 'a deployment was told to halt',
  'deploy.pause': 'a deployment was told to pause',
  'deploy.resume': 'a deployment was told to go on',
  'deploy.takeover': 'a deployment whose execution was lost was taken over',
  'deploy.call': 'a deployment intends a mutating call',
  'deploy.called': 'a mutating call of a deployment has answered',
  'deploy.undone': 'a mutating call of a deployment was taken back',
  'deploy.commit': 'a deployment has put its release in charge',
  'deploy.succeed': 'a deployment has succeeded',
  'deploy.fail': 'a deployment has failed and was taken back',
  'deploy.halted': 'a deployment was halted and taken back',
  'deploy.break_glass': 'a deployment goes ahead without approval, in an emergency',
  'deploy.retire': 'a release that had stood warm long enough is taken down',
} as const satisfies Record<`${string}.${string}`, string>

export type Action = keyof typeof actions
