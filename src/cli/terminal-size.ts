/** How large an output is taken to be. Pure. */
type Told = { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }

/** A terminal that nobody has measured reports 0, or nothing: serial lines, containers, `ssh -t` out of a script. */
const unmeasured = { columns: 80, rows: 24 } as const
/** What is piped is read somewhere else, mostly wider. */
const pipedColumns = 100

export const columnsOf = ({ isTTY, columns = 0 }: Told): number =>
  columns > 0 ? columns : isTTY === true ? unmeasured.columns : pipedColumns

export const rowsOf = ({ rows = 0 }: Told): number => (rows > 0 ? rows : unmeasured.rows)
