/** Where sealed secrets lie. Each domain names its own, so that all of them can be sealed anew. */
export type SealedColumn = {
  readonly table: string
  /** Column that tells its rows apart. */
  readonly key: string
  readonly column: string
  /** As they were sealed: what kind of secret it is, and the column that says whose. */
  readonly purpose: string
  readonly name: string
}
