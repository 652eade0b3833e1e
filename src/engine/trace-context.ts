/** Names of spans as they travel with a call. */
export type TraceContext = {
  /** W3C. */
  readonly traceparent: string
  /** X-Amzn-Trace-Id: `Root=…;Parent=…;Sampled=1`. */
  readonly amazon: string
}
