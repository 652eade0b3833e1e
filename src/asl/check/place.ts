/**
 * A place in the definition, linked upward and written out only when something is found there, so that walking a
 * definition costs nothing for the depth it has.
 */
export type Place = { readonly parent: Place | undefined; readonly step: string }

export const rootPlace: Place = { parent: undefined, step: '' }

export const memberOf = (parent: Place, name: string): Place => ({ parent, step: `/${name}` })

export const itemOf = (parent: Place, index: number): Place => ({ parent, step: `[${index}]` })

/** Names are shown to this length: a hostile one must not be repeated in full for everything found under it. */
const longestShownName = 200

/** And whole places to this length, of which the end tells most. */
const longestPlace = 8000

/** `/States/Pay/Catch[0]/Next`; the definition itself is `/`. Names stand as they are, as AWS shows them. */
export function renderPlace(place: Place): string {
  const steps: string[] = []
  let length = 0
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    const step = shorten(at.step)
    length += step.length
    if (length > longestPlace) {
      steps.push('…')
      break
    }
    steps.push(step)
  }
  return steps.toReversed().join('') || '/'
}

/** A text of the author's, short enough to be quoted in a message. */
export const shorten = (text: string): string =>
  text.length <= longestShownName ? text : `${text.slice(0, longestShownName)}…`
