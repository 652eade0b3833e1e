/** As people call an instance: `web/0`. Its name on the host begins with the fleet and the service, so that no two are alike there. */
export function instanceName({
  instance,
  release,
  service,
}: {
  readonly instance: string
  readonly release: string
  readonly service: string
}): string {
  const prefix = `${release}-${service}-`
  return instance.startsWith(prefix) ? `${service}/${instance.slice(prefix.length)}` : instance
}
