/** What a folder that takes the machine as arguments may not name. Pure decisions, asked by `plugin.ts`. */

type Purity = 'pure' | 'guided'

/** Global names that a pure folder may not use at all → what to do instead. */
const names: ReadonlyMap<string, string> = new Map([
  ...each(
    ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
    'timers belong to a Clock: take its alarm()',
  ),
  ...each(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'], 'the network belongs to a handler outside'),
  ...each(['crypto'], 'take the random bytes or the digest as an argument'),
  ...each(['process', 'Deno', 'Bun', 'require'], 'take what you need of the machine as an argument'),
  ...each(['performance'], 'take the time as an argument'),
  ...each(['globalThis', 'global', 'self'], 'it hides which global is used: name the one you need'),
  ...each(['console'], 'take a Logger as an argument'),
  ...each(['eval', 'Function'], 'text is data here, never code'),
])

/** Object → members that read the clock or chance. `Date.UTC` and `Date.parse` of a full time stamp are arithmetic. */
const members: ReadonlyMap<string, { readonly names: readonly string[]; readonly instead: string }> = new Map([
  ['Date', { names: ['now'], instead: 'take the time as an argument (Clock.now())' }],
  ['Math', { names: ['random'], instead: 'take the chance as an argument' }],
  ['Temporal', { names: ['Now'], instead: 'take the time as an argument' }],
])

/** Whether the rules say anything about a global of this name. */
export function isPartOfPurity(name: string): boolean {
  return names.has(name) || members.has(name)
}

export function refuseName(purity: Purity, name: string): string | undefined {
  const instead = names.get(name)
  if (purity !== 'pure' || instead === undefined) return undefined
  return `${name} has no place in a pure folder: ${instead}.`
}

/** `property` is undefined when it cannot be seen which member is taken. */
export function refuseMember(
  purity: Purity,
  object: string | undefined,
  property: string | undefined,
): string | undefined {
  if (object === 'process' && property === 'env' && purity === 'guided') {
    return 'process.env is read once, in app/: take the setting as an argument.'
  }
  const entry = object === undefined ? undefined : members.get(object)
  if (entry === undefined || (property !== undefined && !entry.names.includes(property))) return undefined
  return `${object}.${property ?? entry.names.join()} may not be named here: ${entry.instead}.`
}

/** `new Date()` and `Date()` read the clock; `new Date(ms)` does not. */
export function refuseCall(callee: string | undefined, how: 'call' | 'new', argumentCount: number): string | undefined {
  if (callee !== 'Date' || (how === 'new' && argumentCount > 0)) return undefined
  return `${how === 'new' ? 'new Date()' : 'Date()'} reads the clock: take the time as an argument (Clock.now()).`
}

function each(keys: readonly string[], value: string): [string, string][] {
  return keys.map((key) => [key, value])
}
