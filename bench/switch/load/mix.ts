/** What is asked, in which shares. Pure: the same seed gives the same load. */
import { chanceFrom } from '../statistics.ts'

/**
 * - `quick`: a page; `order`: a small POST, which must not be repeated
 * - `slow`: 1 to 3 s until the answer or until its second half; `upload`: a body of 64 KB to 1 MB, answered with its digest
 */
export const requestKinds = ['quick', 'order', 'slow', 'upload'] as const
export type RequestKind = (typeof requestKinds)[number]

export type Mix = {
  readonly requestsPerSecond: number
  readonly orderShare: number
  readonly slowShare: number
  readonly uploadShare: number
  /** The rest goes over kept connections. */
  readonly newConnectionShare: number
  readonly webSockets: number
  readonly eventStreams: number
}

export const usualMix: Mix = {
  requestsPerSecond: 1000,
  orderShare: 0.1,
  slowShare: 0.01,
  uploadShare: 0.01,
  newConnectionShare: 0.2,
  webSockets: 20,
  eventStreams: 10,
}

export type PlannedRequest = {
  readonly kind: RequestKind
  readonly isNewConnection: boolean
  /** 0 to 1: what else chance decides. */
  readonly size: number
}

export function planRequests(mix: Mix, seed: number): () => PlannedRequest {
  const chance = chanceFrom(seed)
  return () => {
    const kind = kindOf(chance(), mix)
    return { kind, isNewConnection: chance() < mix.newConnectionShare, size: chance() }
  }
}

function kindOf(drawn: number, { slowShare, uploadShare, orderShare }: Mix): RequestKind {
  if (drawn < slowShare) return 'slow'
  if (drawn < slowShare + uploadShare) return 'upload'
  return drawn < slowShare + uploadShare + orderShare ? 'order' : 'quick'
}

export const slowMs = (size: number): number => Math.round(1000 + 2000 * size)

export const smallestUpload = 65_536
export const largestUpload = 1_048_576
export const uploadBytes = (size: number): number =>
  Math.round(smallestUpload * (largestUpload / smallestUpload) ** size)

/**
 * The open loop: how many requests are due by now. It knows nothing of answers, so a server that stalls does not slow down
 * those who come to it, and what they wait counts from when they were due.
 */
export function dueBy(elapsedMs: number, requestsPerSecond: number): number {
  return Math.floor((elapsedMs * requestsPerSecond) / 1000) + 1
}

export const dueAtMs = (number: number, requestsPerSecond: number): number => (number * 1000) / requestsPerSecond
