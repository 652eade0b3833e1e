/** What a host or an edge refused, as a failure of the deployment: its class, where in the release file, what mends it. Pure. */
import { HoldfastError } from '../../../base/index.ts'
import { DeployFailure, failureFrom, type FailureClass } from '../../failure.ts'

type Meaning = {
  readonly class: FailureClass
  /** Where in the release file; `SERVICE` stands for the service it is about. */
  readonly field?: string
  /** Instead of what the host says; `HOST` stands for its name. */
  readonly command?: string
}

/** Every code of the hosts, of their registry and of the edges; a test keeps it whole. */
export const meanings: Readonly<Record<string, Meaning>> = {
  'host.command_invalid': {
    class: 'platform',
    command: 'let the agent of HOST run the same version as the control plane',
  },
  'host.key_reused': { class: 'consistency' },
  'host.term_over': { class: 'consistency' },
  'host.internal': { class: 'platform' },
  'host.folder_damaged': { class: 'platform' },

  'host.artifact_forbidden': { class: 'permission', field: 'artifact' },
  'host.artifact_refused': {
    class: 'permission',
    field: 'artifact.url',
    command: "start the host's agent with --artifacts-from and the artifact's host, then: holdfast deploy FILE",
  },
  'host.artifact_missing': { class: 'user', field: 'artifact' },
  'host.artifact_unreachable': { class: 'platform', field: 'artifact.url' },
  'host.artifact_digest': { class: 'user', field: 'artifact.sha256' },
  'host.artifact_unsafe': { class: 'user', field: 'artifact' },
  'host.artifact_damaged': { class: 'user', field: 'artifact' },
  'host.artifact_too_large': { class: 'user', field: 'artifact' },
  'host.build_failed': {
    class: 'user',
    field: 'artifact.build.command',
    command: 'correct the build, try it by hand in a fresh copy of the folder, then: holdfast deploy FILE',
  },
  'host.build_timeout': {
    class: 'user',
    field: 'artifact.build.timeout',
    command: 'give the build more time in artifact.build.timeout, then: holdfast deploy FILE',
  },
  'host.copy_missing': { class: 'consistency' },
  'host.disk_full': { class: 'capacity', command: 'free space on HOST, then: holdfast deploy FILE' },

  'host.secret_missing': { class: 'user', field: 'services.SERVICE.secrets' },
  'host.secret_forbidden': { class: 'permission', field: 'services.SERVICE.secrets' },
  'host.user_unknown': { class: 'user', field: 'services.SERVICE.user' },
  'host.user_forbidden': { class: 'permission', field: 'services.SERVICE.user' },
  'host.port_taken': { class: 'capacity', field: 'services.SERVICE.port' },
  'host.ports_exhausted': { class: 'capacity' },
  'host.instance_exists': { class: 'consistency' },
  'host.instance_missing': { class: 'consistency' },
  'host.instance_serving': { class: 'consistency' },
  'host.instance_unprovable': { class: 'platform' },

  'host.route_taken': { class: 'user', field: 'services.SERVICE.route' },
  'host.targets_unhealthy': { class: 'health' },
  'host.edge_missing': {
    class: 'consistency',
    command: 'start the agent of HOST with an edge, then: holdfast deploy FILE',
  },

  'host.away': {
    class: 'platform',
    command:
      'start the agent on HOST: holdfast host; or take it out: holdfast hosts remove HOST; then: holdfast deploy FILE',
  },
  'host.unknown': { class: 'consistency' },
  'host.superseded': { class: 'platform' },
  'host.closing': { class: 'platform' },
  'host.command_failed': { class: 'user' },
  'host.command_lost': { class: 'platform' },
  // Of enrolling and reporting, which no call of a deployment does.
  'host.name_taken': { class: 'user' },
  'host.enrol_invalid': { class: 'user' },
  'host.report_invalid': { class: 'platform' },
  'host.has_instances': { class: 'consistency' },

  'edge.routes_invalid': { class: 'platform' },
  'edge.version_stale': { class: 'consistency' },
  'edge.worker_silent': { class: 'platform' },
  'edge.unreachable': { class: 'platform' },
}

export type About = { readonly host: string; readonly service?: string }

/** Whatever a host threw. What stands in no table is judged by the kind of the error. */
export function hostFailure(fault: unknown, about: About): DeployFailure {
  if (fault instanceof DeployFailure || !(fault instanceof HoldfastError)) return failureFrom(fault)
  const meaning = Object.hasOwn(meanings, fault.code) ? meanings[fault.code] : undefined
  if (meaning === undefined) return failureFrom(fault)
  const field = meaning.field?.replace('services.SERVICE.', servicePrefix(about))
  const command = meaning.command?.replaceAll('HOST', about.host) ?? fault.repair
  return new DeployFailure(meaning.class, `${about.host}: ${fault.message} (${fault.code})`, {
    ...(field === undefined ? {} : { field }),
    ...(command === undefined ? {} : { command }),
    cause: fault,
  })
}

const servicePrefix = ({ service }: About): string => (service === undefined ? '' : `services.${service}.`)

export const isAbout = (fault: unknown, code: string): boolean =>
  fault instanceof DeployFailure && fault.cause instanceof HoldfastError && fault.cause.code === code
