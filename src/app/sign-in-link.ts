/** The code stands behind `#`: no request, no log and no proxy ever sees it, only the page itself. */
export const signInLinkOf = (url: string, code: string): string => `${url}/sign-in#${code}`
