/** Which project an app belongs to: `org/name`, out of what its repository and its package call it. */
import type { AppFiles } from './app-files.ts'
import type { Choice } from './findings.ts'
import type { Package } from './package-json.ts'

/** `guessed`: nothing named the organisation. */
export type ProjectName = Choice & { readonly guessed?: true }

export function projectOf(files: AppFiles, own: Package | undefined): ProjectName {
  const remote = remoteOf(files.repository?.config ?? '')
  if (remote !== undefined) {
    const isWhole = files.repository?.isItsTop === true
    const name = isWhole ? remote.name : files.folder
    const from = isWhole ? 'the git remote origin' : 'the git remote origin, and the name of this folder of it'
    return { value: projectNameOf(remote.org, name), from }
  }
  const [, scope, bare] = /^@([^/]+)\/(.+)$/.exec(own?.name ?? '') ?? []
  if (scope !== undefined && bare !== undefined) {
    return { value: projectNameOf(scope, bare), from: 'package.json: name' }
  }
  const name = own?.name ?? files.folder
  return {
    value: projectNameOf('my', name),
    from: own?.name === undefined ? 'the folder' : 'package.json: name',
    guessed: true,
  }
}

/** The last two parts of origin's path: `git@host:org/name.git`, `https://host/group/org/name`. */
function remoteOf(config: string): { readonly org: string; readonly name: string } | undefined {
  const section = /\[remote "origin"\]([^[]*)/.exec(config)?.[1] ?? ''
  const url = /^\s*url\s*=\s*(\S+)/m.exec(section)?.[1] ?? ''
  const [, org, name] = /[:/]([^/:]+)\/([^/]+?)(?:\.git)?\/?$/.exec(url) ?? []
  // A repository beside it on this disk names no organisation.
  const isElsewhere = /^[a-z+]+:\/\/|^[^/]+@[^/]+:/.test(url) && !url.startsWith('file:')
  return isElsewhere && org !== undefined && name !== undefined ? { org, name } : undefined
}

const projectNameOf = (org: string, name: string): string => `${part(org, 'my')}/${part(name, 'app')}`

function part(text: string, otherwise: string): string {
  const fit = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[._-]+|[._-]+$/g, '')
  return fit === '' ? otherwise : fit
}
