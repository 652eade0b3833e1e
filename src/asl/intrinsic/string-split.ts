import type { Intrinsic } from './call.ts'

/** `States.StringSplit($.text, ',;')`: the second is a set of characters, and empty pieces are dropped. */
export const stringSplit: Intrinsic = {
  arity: [2, 2],
  apply(call) {
    const delimiters = new Set(call.text(1))
    const pieces: string[] = []
    let piece = ''
    for (const character of call.text(0)) {
      if (!delimiters.has(character)) {
        piece += character
        continue
      }
      if (piece !== '') pieces.push(piece)
      piece = ''
    }
    return piece === '' ? pieces : [...pieces, piece]
  },
}
