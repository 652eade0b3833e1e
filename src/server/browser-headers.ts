/** What a browser may do with an answer: nothing but hand it to a page of ours. A page and a file say more, in place of the policy. */
export const browserHeaders = [
  ['content-security-policy', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
  // For what does not know the policy.
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
] as const
