/** What may be set about an agent, with its defaults. */

export type HostSettings = {
  /** Ports for instances: outside of what systems hand out for outgoing connections. */
  readonly ports: { readonly from: number; readonly to: number }
  /** How long nobody gets the port of an instance that was removed: longer than any edge may remember it. */
  readonly portQuarantineMs: number
  /** How long an outcome is answered again under its key. */
  readonly keepOutcomesMs: number
  /** How long the term of a fleet or place is remembered of which nothing is left: longer than any command is on its way. */
  readonly keepFencesMs: number
  /** How long the output of instances that were removed can be read, and of builds that failed. */
  readonly keepRemovedLogsMs: number
  /** So much of the end of each. */
  readonly removedLogBytes: number
  /** Of all together: the oldest go first. */
  readonly removedLogsBytes: number
  readonly mostArchiveBytes: number
  readonly mostUnpackedBytes: number
  readonly mostFiles: number
  /** A download that brings nothing for so long is given up. */
  readonly downloadSilenceMs: number
}

export const defaultSettings: HostSettings = {
  ports: { from: 24_000, to: 31_999 },
  portQuarantineMs: 20 * 60_000,
  keepOutcomesMs: 24 * 3_600_000,
  keepFencesMs: 7 * 24 * 3_600_000,
  keepRemovedLogsMs: 24 * 3_600_000,
  removedLogBytes: 2 ** 20,
  removedLogsBytes: 64 * 2 ** 20,
  mostArchiveBytes: 2 * 2 ** 30,
  mostUnpackedBytes: 8 * 2 ** 30,
  mostFiles: 500_000,
  downloadSilenceMs: 60_000,
}
