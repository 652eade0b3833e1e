/** Actions on the tags of state machines and activities. */
import { action } from '../action.ts'
import * as member from '../members.ts'

const { required } = member

export const tagActions = {
  TagResource: action(
    'resource.tag',
    { resourceArn: required(member.arn), tags: required(member.listOf(member.tag)) },
    async ({ dependencies: { verbs }, actor }, { resourceArn, tags }) => {
      await verbs.tagResource(actor, { arn: resourceArn, tags: member.tagsOf(tags) })
      return {}
    },
  ),

  UntagResource: action(
    'resource.untag',
    { resourceArn: required(member.arn), tagKeys: required(member.listOf(member.tagKey)) },
    async ({ dependencies: { verbs }, actor }, { resourceArn, tagKeys }) => {
      await verbs.untagResource(actor, { arn: resourceArn, keys: tagKeys })
      return {}
    },
  ),

  ListTagsForResource: action(
    'resource.listTags',
    { resourceArn: required(member.arn) },
    async (context, { resourceArn }) => {
      return { tags: await context.dependencies.verbs.listTags(context.actor, resourceArn) }
    },
  ),
} as const
