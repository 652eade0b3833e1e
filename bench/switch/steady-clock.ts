/** Milliseconds of the machine's steady clock. All processes of a machine share it, so that their times can be compared. */
export function steadyMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
