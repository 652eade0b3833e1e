import { type Actor, requirePermission } from '../../access/index.ts'
import type { HostRegistry } from './registry.ts'
import { parseReport, type Report } from './schemas.ts'

/**
 * What became of a command. Nobody may wait for it any more (the control plane was restarted, a deployment was halted): then
 * it is taken politely and dropped, and `awaited` says so.
 * @throws HoldfastError access.forbidden, host.unknown, host.report_invalid, host.superseded
 */
export function reportOutcome(
  registry: HostRegistry,
  actor: Actor,
  { host, report }: { readonly host: string; readonly report: Report },
): { readonly awaited: boolean } {
  requirePermission(actor, 'host.report', { type: 'host', id: host })
  const { session, outcome } = parseReport(report)
  const live = registry.agentOf(registry.find(host))
  return { awaited: live.link.answer(session, outcome) }
}
