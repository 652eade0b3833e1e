/** What is asked of a person, where the files do not tell it. Every question has an answer to accept. */
import { nameSchema, projectSchema } from '../../deploy/index.ts'
import type { World } from '../world.ts'
import type { Wishes } from './describe-app.ts'
import type { Findings } from './findings.ts'

/** What is wrong with a name, in the words of the release file's schema. */
export const wrongProject = (text: string): string | undefined => wrong(projectSchema.safeParse(text))
export const wrongConfig = (text: string): string | undefined => wrong(nameSchema.safeParse(text))

const wrong = ({ error }: { readonly error?: { readonly issues: readonly { readonly message: string }[] } }) =>
  error?.issues[0]?.message

/** Undefined: the person would rather stop. */
export async function askWishes(
  prompt: NonNullable<World['prompt']>,
  findings: Findings,
  wishes: Wishes,
): Promise<Wishes | undefined> {
  const { project, services } = findings
  const web = services.find(({ kind }) => kind === 'web')
  let all = wishes
  if (wishes.project === undefined) {
    const answer = await prompt({
      text: 'Which project is it? (org/name)',
      initial: project.value,
      check: wrongProject,
    })
    if (answer === undefined) return undefined
    // Accepted as it was found: then it still comes from there.
    if (answer !== project.value || 'guessed' in project) all = { ...all, project: answer }
  }
  if (web !== undefined && wishes.hosts === undefined) {
    const answer = await prompt({
      text: 'By which host names is it reached? (* is any; several with blanks)',
      initial: web.hosts.value.join(' '),
      check: wrongHosts,
    })
    if (answer === undefined) return undefined
    all = { ...all, hosts: hostsIn(answer) }
  }
  if (web !== undefined && web.healthPath === undefined) {
    const answer = await prompt({ text: 'Which path tells that it is healthy?', initial: '/', check: wrongPath })
    if (answer === undefined) return undefined
    all = { ...all, healthPath: answer }
  }
  return all
}

export const hostsIn = (text: string): readonly string[] =>
  text
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)

export function wrongHosts(text: string): string | undefined {
  const isName = (host: string): boolean => /^(?:\*|(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)$/.test(host)
  const found = hostsIn(text).find((host) => !isName(host))
  return found === undefined ? undefined : `"${found}" is no host name; accepted: shop.example.com, *.example.com, *`
}

const wrongPath = (text: string): string | undefined =>
  /^\/[\x21-\x7e]*$/.test(text) ? undefined : 'a path beginning with "/"'
