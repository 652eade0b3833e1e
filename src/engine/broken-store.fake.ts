/**
 * Stores that refuse, for tests. A full disk: SQLite's file may not grow, and on PostgreSQL every table refuses as a full disk
 * does. A defect: a table refuses some of its rows.
 */
import type { Store, Transaction } from '../store/index.ts'

/** Takes no page more than there are now and `spare` ones, until `freeDisk`. */
export function fillDisk(store: Store, spare: number): Promise<unknown> {
  return store.write((tx) => (store.dialect === 'sqlite' ? fillFile(tx, spare) : refuseRows(tx, spare)))
}

export function freeDisk(store: Store): Promise<unknown> {
  return store.write((tx) => {
    if (store.dialect === 'sqlite') return tx.prepare('PRAGMA max_page_count = 1000000').get()
    return tx.prepare('DROP FUNCTION disk_is_full CASCADE').run()
  })
}

function fillFile(tx: Transaction, spare: number): unknown {
  const { page_count: pages } = tx.prepare<{ page_count: number }>('PRAGMA page_count').get() ?? { page_count: 0 }
  return tx.prepare(`PRAGMA max_page_count = ${pages + spare}`).get()
}

const pageBytes = 4096

/** Rows larger than what is spare. */
function refuseRows(tx: Transaction, spare: number): void {
  tx.prepare(
    `CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN IF octet_length(NEW::text) > ${spare * pageBytes} THEN RAISE disk_full; END IF; RETURN NEW; END'`,
  ).run()
  const tables = tx
    .prepare<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)
    .all()
  for (const { name } of tables)
    tx.prepare(
      `CREATE TRIGGER disk_is_full BEFORE INSERT OR UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION disk_is_full()`,
    ).run()
}

/** Rows of the table that are to be inserted are refused when this holds of them (`NEW.…`). */
export function refuseInserts(store: Store, table: string, when: string): Promise<unknown> {
  const trigger = `CREATE TRIGGER defect BEFORE INSERT ON ${table}`
  return store.write((tx) => {
    if (store.dialect === 'sqlite')
      return tx.prepare(`${trigger} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'defect'); END`).run()
    tx.prepare(`CREATE FUNCTION defect() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END'`).run()
    return tx.prepare(`${trigger} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION defect()`).run()
  })
}
