/**
 * host: the agent on a machine: it unpacks artifacts, supervises real processes and proves that they are healthy.
 * Words: command (what it is told, with an idempotency key), outcome, instance (a supervised process with its port), working copy (a release's files).
 * It outlives the control plane, and instances outlive it: an agent that returns adopts what runs.
 * It never signals a process that it cannot prove to be its own.
 * It does not decide what is deployed, nor send traffic: that is deploy/ and edge/.
 */
export * from './contract.ts'
export type * from './outcome.ts'
