/** What an application finds in its environment. Never the agent's own: that holds what only the agent should know. */

export type InstancePlace = {
  readonly project: string
  readonly config: string
  readonly release: string
  readonly service?: string
  readonly instance?: string
}

/** Taken over from the agent when it has them: how to find programs, and where and in which tongue we are. */
const inherited = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const

export function baseEnvironment(
  agent: Readonly<Record<string, string | undefined>>,
  home: string,
  place: InstancePlace,
): Readonly<Record<string, string>> {
  const taken = inherited.flatMap((name) => {
    const value = agent[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    ...Object.fromEntries(taken),
    HOLDFAST_PROJECT: place.project,
    HOLDFAST_CONFIG: place.config,
    HOLDFAST_RELEASE: place.release,
    ...(place.service !== undefined && { HOLDFAST_SERVICE: place.service }),
    ...(place.instance !== undefined && { HOLDFAST_INSTANCE: place.instance }),
  }
}

/** How the outside is reached from this machine: its proxy, and whom it trusts. A release cannot know either. */
const waysOut = [
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
]

/** For builds alone: they fetch what they need, while an application says itself whom it talks to. */
export function networkEnvironment(
  agent: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    waysOut.flatMap((name) => {
      const value = agent[name]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
