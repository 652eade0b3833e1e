/** Actions on activities, and the answers to tasks from outside. */
import { action, seconds } from '../action.ts'
import * as member from '../members.ts'

const { required } = member

export const taskActions = {
  CreateActivity: action(
    'activity.create',
    {
      name: required(member.name),
      tags: member.listOf(member.tag),
      encryptionConfiguration: member.encryptionConfiguration,
    },
    async ({ dependencies: { verbs }, actor }, { name, tags }) => {
      const { arn, createdAt } = await verbs.createActivity(actor, { name, tags: member.tagsOf(tags) })
      return { activityArn: arn, creationDate: seconds(createdAt) }
    },
  ),

  DeleteActivity: action('activity.delete', { activityArn: required(member.arn) }, async (context, request) => {
    await context.dependencies.verbs.deleteActivity(context.actor, request.activityArn)
    return {}
  }),

  DescribeActivity: action('activity.describe', { activityArn: required(member.arn) }, async (context, request) => {
    const { arn, name, createdAt } = await context.dependencies.verbs.describeActivity(
      context.actor,
      request.activityArn,
    )
    return {
      activityArn: arn,
      name,
      creationDate: seconds(createdAt),
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    }
  }),

  ListActivities: action(
    'activity.list',
    { maxResults: member.pageSize, nextToken: member.pageToken },
    async ({ dependencies: { verbs }, actor }, { maxResults, nextToken }) => {
      const { items, cursor } = await verbs.listActivities(actor, { limit: maxResults, cursor: nextToken })
      const activities = items.map(({ arn, name, createdAt }) => {
        return { activityArn: arn, name, creationDate: seconds(createdAt) }
      })
      return { activities, nextToken: cursor }
    },
  ),

  /** The verb waits up to a minute for a task; an answer without a token says that there was none. */
  GetActivityTask: action(
    'activity.work',
    { activityArn: required(member.arn), workerName: member.name },
    async ({ dependencies: { verbs }, actor, ended }, { activityArn, workerName }) => {
      const task = await verbs.getActivityTask(actor, { arn: activityArn, workerName }, ended())
      return { taskToken: task?.token, input: task?.input }
    },
  ),

  SendTaskSuccess: action(
    'task.succeed',
    { taskToken: required(member.taskToken), output: required(member.payload) },
    async ({ dependencies: { verbs }, actor }, { taskToken, output }) => {
      await verbs.sendTaskSuccess(actor, { token: taskToken, output })
      return {}
    },
  ),

  SendTaskFailure: action(
    'task.fail',
    { taskToken: required(member.taskToken), error: member.errorName, cause: member.cause },
    async ({ dependencies: { verbs }, actor }, { taskToken, error, cause }) => {
      await verbs.sendTaskFailure(actor, { token: taskToken, error, cause })
      return {}
    },
  ),

  SendTaskHeartbeat: action(
    'task.heartbeat',
    { taskToken: required(member.taskToken) },
    async (context, { taskToken }) => {
      await context.dependencies.verbs.sendTaskHeartbeat(context.actor, { token: taskToken })
      return {}
    },
  ),
} as const
