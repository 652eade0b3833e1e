/** What a style element of this page has to carry: its policy lets in no other. */
export const pageNonce = (): string => document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
