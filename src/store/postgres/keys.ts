/** Keys for rows whose insert nobody waits for: taken from the table's sequence by the block. */
import type { Link } from './link.ts'

const block = 256

type Stock = { readonly column: string; keys: readonly number[]; used: number }

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
      return { column: stock.column, key }
    }
    this.#stocks.set(table, { ...this.#link.askKeys(table, block), used: 0 })
    return this.next(table)
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
