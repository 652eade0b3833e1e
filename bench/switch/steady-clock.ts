/** Milliseconds of the machine's steady clock. All processes of a machine share it, so that their times can be compared. */
export function steadyMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

const behindWallMs = steadyMs() - Date.now()

/**
 * When the edge took the request on, by its request id (a version 7 UUID says its millisecond): the moment at which it was
 * given to an instance. Undefined without such an id.
 */
export function takenOnMs(requestId: string | undefined): number | undefined {
  const [, high = '', low = ''] = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(requestId ?? '') ?? []
  return high === '' ? undefined : Number.parseInt(high + low, 16) + behindWallMs
}
