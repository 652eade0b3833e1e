/** Plots as SVG, written by hand: a frame with axes, and what is drawn into it. Pure. */

export type Scale = { readonly kind: 'linear' | 'log'; readonly from: number; readonly to: number }

export type Frame = {
  readonly title: string
  readonly subtitle: string
  readonly x: Scale & { readonly label: string }
  readonly y: Scale & { readonly label: string }
}

const width = 1200
const height = 420
const plot = { left: 70, right: width - 24, top: 74, bottom: height - 48 }

export const colors = {
  ink: '#1f2933',
  faint: '#d9e0e6',
  grey: '#7b8794',
  blue: '#2563eb',
  teal: '#0d9488',
  orange: '#ea7a17',
  red: '#dc2626',
  violet: '#7c3aed',
} as const

/** Where a value stands between the ends of a scale: 0 to 1, and at the ends what is beyond. */
export function placeOn({ kind, from, to }: Scale, value: number): number {
  const at =
    kind === 'linear' ? (value - from) / (to - from) : Math.log(Math.max(value, from) / from) / Math.log(to / from)
  return Math.min(1, Math.max(0, at))
}

/** Round values for the lines of an axis. */
export function ticksOf({ kind, from, to }: Scale): readonly number[] {
  if (kind === 'log') {
    const powers = Array.from({ length: 13 }, (_, at) => 10 ** (at - 4))
    return powers.filter((power) => power >= from && power <= to)
  }
  const rough = (to - from) / 8
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10)
  const first = Math.ceil(from / step)
  const count = Math.max(0, Math.floor(to / step) - first + 1)
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

export class Plot {
  readonly #frame: Frame
  readonly #parts: string[] = []
  readonly #legend: { readonly name: string; readonly color: string }[] = []

  constructor(frame: Frame) {
    this.#frame = frame
  }

  line(name: string, color: string, points: readonly (readonly [number, number])[]): this {
    const path = points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${this.#x(x)} ${this.#y(y)}`).join('')
    this.#parts.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5" stroke-linejoin="round"/>`)
    return this.#name(name, color)
  }

  dots(name: string, color: string, points: readonly (readonly [number, number])[]): this {
    for (const [x, y] of points) {
      this.#parts.push(`<circle cx="${this.#x(x)}" cy="${this.#y(y)}" r="2.5" fill="${color}" fill-opacity="0.75"/>`)
    }
    return this.#name(name, color)
  }

  /** Upright lines, for what happened at a moment. */
  marks(name: string, color: string, at: readonly number[]): this {
    for (const x of at) {
      const place = this.#x(x)
      const line = `x1="${place}" x2="${place}" y1="${plot.top}" y2="${plot.bottom}"`
      this.#parts.push(`<line ${line} stroke="${color}" stroke-opacity="0.45" stroke-width="1"/>`)
    }
    return at.length === 0 ? this : this.#name(name, color)
  }

  /** Between two lines over x: an area of a stack, or a bar. */
  band(color: string, points: readonly { readonly x: number; readonly low: number; readonly high: number }[]): this {
    const over = points.map(({ x, high }) => `${this.#x(x)} ${this.#y(high)}`)
    const back = points.toReversed().map(({ x, low }) => `${this.#x(x)} ${this.#y(low)}`)
    if (points.length > 1)
      this.#parts.push(`<path d="M${[...over, ...back].join('L')}Z" fill="${color}" fill-opacity="0.8"/>`)
    return this
  }

  text(x: number, y: number, words: string): this {
    this.#parts.push(`<text x="${this.#x(x)}" y="${this.#y(y)}" text-anchor="middle">${escapeText(words)}</text>`)
    return this
  }

  #name(name: string, color: string): this {
    if (!this.#legend.some((entry) => entry.name === name)) this.#legend.push({ name, color })
    return this
  }

  toString(): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${colors.ink}">`,
      `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
      `<text x="${plot.left}" y="26" font-size="17" font-weight="600">${escapeText(this.#frame.title)}</text>`,
      `<text x="${plot.left}" y="46" fill="${colors.grey}">${escapeText(this.#frame.subtitle)}</text>`,
      ...this.#axes(),
      ...this.#parts,
      ...this.#names(),
      '</svg>',
      '',
    ].join('\n')
  }

  #axes(): readonly string[] {
    const { x, y } = this.#frame
    const across = ticksOf(y).map((tick) => {
      const at = this.#y(tick)
      const line = `<line x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}" stroke="${colors.faint}"/>`
      return `${line}<text x="${plot.left - 8}" y="${at + 4}" text-anchor="end">${showNumber(tick)}</text>`
    })
    const down = ticksOf(x).map((tick) => {
      const at = this.#x(tick)
      return `<text x="${at}" y="${plot.bottom + 18}" text-anchor="middle">${showNumber(tick)}</text>`
    })
    const middle = (plot.left + plot.right) / 2
    const upright = (plot.top + plot.bottom) / 2
    return [
      ...across,
      ...down,
      `<line x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}" stroke="${colors.grey}"/>`,
      `<text x="${middle}" y="${height - 10}" text-anchor="middle" fill="${colors.grey}">${escapeText(x.label)}</text>`,
      `<text x="18" y="${upright}" text-anchor="middle" fill="${colors.grey}" transform="rotate(-90 18 ${upright})">${escapeText(y.label)}</text>`,
    ]
  }

  #names(): readonly string[] {
    let x = plot.left
    return this.#legend.map(({ name, color }) => {
      const entry = `<rect x="${x}" y="54" width="12" height="12" rx="2" fill="${color}"/><text x="${x + 17}" y="64">${escapeText(name)}</text>`
      x += 34 + name.length * 6.6
      return entry
    })
  }

  #x(value: number): number {
    return toTenth(plot.left + placeOn(this.#frame.x, value) * (plot.right - plot.left))
  }
  #y(value: number): number {
    return toTenth(plot.bottom - placeOn(this.#frame.y, value) * (plot.bottom - plot.top))
  }
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

const toTenth = (value: number): number => Math.round(value * 10) / 10
const showNumber = (value: number): string => (value >= 1000 ? value.toLocaleString('en') : String(value))
