/** The verbs on hosts with the registry bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor } from '../access/index.ts'
import type { EnrolledHost, HostDescription, HostEnrolment, Poll, Report, TakenCommands } from '../host/index.ts'

export interface HostVerbs {
  enrolHost(actor: Actor, request: HostEnrolment): Promise<EnrolledHost>
  listHosts(actor: Actor): readonly HostDescription[]
  /** By name or id, as the next ones. */
  describeHost(actor: Actor, host: string): HostDescription
  drainHost(actor: Actor, host: string): Promise<HostDescription>
  undrainHost(actor: Actor, host: string): Promise<HostDescription>
  removeHost(actor: Actor, removal: { readonly host: string; readonly force?: boolean }): Promise<void>
  /** Waits for commands; ends without any when the signal fires. */
  takeCommands(
    actor: Actor,
    request: { readonly host: string; readonly poll: Poll },
    signal: AbortSignal,
  ): Promise<TakenCommands>
  reportOutcome(
    actor: Actor,
    request: { readonly host: string; readonly report: Report },
  ): { readonly awaited: boolean }
}
