/**
 * Regular expressions in linear time, by re2js: the platform's own engine needs longer than the universe for
 * `(a+)+$` on a hundred characters, and nothing interrupts it. What RE2 does not have (backreferences, lookaround) is
 * left to the platform's engine where the evaluation can be killed.
 */
import { RE2JS } from 're2js'
import { type Budget, Overrun } from './budget.ts'
import type { JsonataOptions, RegexMatch } from './realm.ts'

/** Characters times quarter of the pattern's length: what a step of the automaton costs. */
const patternShare = 4

export function regexEngine(budget: Budget, mayUseThePlatform: boolean): JsonataOptions['RegexEngine'] {
  const compiled = new WeakMap<RegExp, RE2JS | undefined>()
  const compile = (pattern: RegExp): RE2JS | undefined => {
    if (!compiled.has(pattern)) compiled.set(pattern, translate(pattern))
    return compiled.get(pattern)
  }

  return class LinearRegex {
    /** Where the next search begins; after a match its end, after none 0. */
    lastIndex = 0
    readonly #pattern: RegExp
    readonly #linear: RE2JS | undefined
    #matcher: ReturnType<RE2JS['matcher']> | undefined
    #text: string | undefined

    constructor(pattern: RegExp) {
      this.#pattern = pattern
      this.#linear = compile(pattern)
    }

    exec(text: string): RegexMatch | null {
      budget.tick()
      const from = this.lastIndex
      const match = this.#linear === undefined ? this.#platform(text) : this.#search(this.#linear, text)
      const read = (match === null ? text.length : this.lastIndex) - from
      budget.spend(read * Math.max(1, this.#pattern.source.length / patternShare))
      return match
    }

    #search(linear: RE2JS, text: string): RegexMatch | null {
      if (this.lastIndex > text.length) return this.#nothing()
      budget.allowText(text.length)
      if (this.#matcher === undefined || this.#text !== text) {
        this.#matcher = linear.matcher(text)
        this.#text = text
      }
      const matcher = this.#matcher
      if (!matcher.find(this.lastIndex)) return this.#nothing()
      this.lastIndex = matcher.end()
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined)
      return Object.assign(groups, { index: matcher.start() })
    }

    #nothing(): null {
      this.lastIndex = 0
      return null
    }

    #platform(text: string): RegexMatch | null {
      if (!mayUseThePlatform) throw new Overrun('work')
      this.#pattern.lastIndex = this.lastIndex
      const match = this.#pattern.exec(text)
      this.lastIndex = this.#pattern.lastIndex
      return match
    }
  }
}

function translate(pattern: RegExp): RE2JS | undefined {
  let flags = 0
  if (pattern.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE
  if (pattern.multiline) flags |= RE2JS.MULTILINE
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern.source), flags)
  } catch {
    // RE2 refuses what it cannot do in linear time; the caller decides who does it then.
    return undefined
  }
}
