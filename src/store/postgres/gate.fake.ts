/** A gate in the server at which commits wait, for tests: what inserts into a table is committed once it is open. */
import pg from 'pg'
import { urlOf } from './test-database.fake.ts'

const waiting = `SELECT count(*)::int AS waiting FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event = 'advisory'`

export class Gate {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** Closed. */
  static async build(database: string, table = 'note'): Promise<Gate> {
    const client = new pg.Client({ connectionString: urlOf(database) })
    await client.connect()
    await client.query(`SELECT pg_advisory_lock(7);
      CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON ${table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()`)
    return new Gate(client)
  }

  /** Resolves when a commit waits; or as many as that, of which others wait for the first. */
  async reached(atLeast = 1): Promise<void> {
    for (;;) {
      const { rows } = await this.#client.query<{ waiting: number }>(waiting)
      if ((rows[0]?.waiting ?? 0) >= atLeast) return
    }
  }

  async open(): Promise<void> {
    await this.#client.query('SELECT pg_advisory_unlock(7)')
    await this.#client.end()
  }
}
