/** A token bucket as a value: steady rate, with a burst on top. */
export type Bucket = { readonly tokens: number; readonly at: number }

export type Rate = { readonly requestsPerSecond: number; readonly burst: number }

export function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: capacity(rate), at: now }
}

/** Takes one token if there is one. A clock that goes back gives nothing and takes nothing. */
export function takeToken(bucket: Bucket, rate: Rate, now: number): { readonly ok: boolean; readonly bucket: Bucket } {
  const earned = (Math.max(0, now - bucket.at) / 1000) * rate.requestsPerSecond
  const tokens = Math.min(capacity(rate), bucket.tokens + earned)
  return tokens >= 1
    ? { ok: true, bucket: { tokens: tokens - 1, at: now } }
    : { ok: false, bucket: { tokens, at: now } }
}

/** Seconds until a token is there again, for Retry-After. */
export function retryAfterSeconds(bucket: Bucket, rate: Rate): number {
  return Math.max(1, Math.ceil((1 - bucket.tokens) / rate.requestsPerSecond))
}

function capacity({ requestsPerSecond, burst }: Rate): number {
  return Math.max(1, burst, requestsPerSecond / 10)
}
