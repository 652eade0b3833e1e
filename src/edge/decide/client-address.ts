/** Who is asking, as far as it can be known. */

/**
 * The address of the peer; behind trusted proxies the nearest one in X-Forwarded-For that is not trusted, since what stands
 * further left was written by whoever sent it.
 */
export function clientAddress(peer: string, forwardedFor: string, isTrusted: (address: string) => boolean): string {
  if (forwardedFor === '' || !isTrusted(peer)) return peer
  const hops = forwardedFor.split(',').map((hop) => hop.trim())
  return hops.findLast((hop) => !isTrusted(hop)) ?? hops[0] ?? peer
}
