/**
 * outbound: the one gate through which requests leave for addresses that somebody else chose: a definition, a webhook, a check.
 * Words: gate (resolves, judges, connects to the very address it judged), allowed (listed by the configuration), refused range.
 * It sends one request and reads one answer; `openDownload` reads one that is too large to be held.
 * It knows no retry, no secret and no format, and addresses that the operator set
 * himself, such as an AWS endpoint, pass it unjudged (`via`).
 */
export { type Address, rangeOf } from './address.ts'
export { isAllowEntry } from './allow.ts'
export { type Download, openDownload } from './download.ts'
export { OutboundFault, outboundErrors } from './errors.ts'
export { type Gate, type GateSettings, openGate, type RefusedCall } from './gate.ts'
export type { Asker, OutboundRequest, OutboundResponse } from './request.ts'
