/** Keys for rows whose insert nobody waits for: taken from the table's sequence by the block. */
import type { Link } from './link.ts'

const block = 256

type Stock = { readonly column: string; keys: readonly number[]; used: number; refills: boolean }

export class Keys {
  readonly #link: Link
  readonly #stocks = new Map<string, Stock>()
  readonly #texts = new Map<string, string>()

  constructor(link: Link) {
    this.#link = link
  }

  next(table: string): { readonly column: string; readonly key: number } {
    const stock = this.#stocks.get(table)
    const key = stock?.keys[stock.used]
    if (stock !== undefined && key !== undefined) {
      stock.used++
      if (stock.keys.length - stock.used < block / 2) this.#refill(table, stock)
      return { column: stock.column, key }
    }
    this.#stocks.set(table, { ...this.#link.askKeys(table, block), used: 0, refills: false })
    return this.next(table)
  }

  /** In time, so that nobody has to wait for them. One that fails is asked for again by whoever finds none. */
  #refill(table: string, stock: Stock): void {
    if (stock.refills) return
    stock.refills = true
    const taken = this.#link.tellForReply({ kind: 'keys', table, count: block })
    void taken
      .then((reply) => {
        if (reply.kind !== 'keys') return
        stock.keys = [...stock.keys.slice(stock.used), ...reply.keys.keys]
        stock.used = 0
      })
      .catch(() => {}) // See above.
      .finally(() => (stock.refills = false))
  }

  /** The same insert with its key as the first parameter. */
  textWithKey(sql: string, column: string): string {
    const known = this.#texts.get(sql)
    if (known !== undefined) return known
    const text = sql.replace('(', `(${column}, `).replace(/(VALUES\s*\()/i, '$1?, ')
    this.#texts.set(sql, text)
    return text
  }
}
