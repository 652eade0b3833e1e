/** Secrets by reference: resolved at the moment of use, held by nobody but the process they are for. */
import { HoldfastError } from '../base/index.ts'
import { hostError } from './errors.ts'
import { secretForbidden } from './secret-file.ts'

export type SecretSource = {
  /** The agent's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Throws when it cannot be read. */
  readonly readFile: (path: string) => string
}

/** Name → reference in, name → value out. @throws HoldfastError host.secret_missing, host.secret_forbidden, which name the reference, never a value */
export function resolveSecrets(
  references: Readonly<Record<string, string>>,
  source: SecretSource,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(references).map(([name, reference]) => [name, resolveSecret(name, reference, source)]),
  )
}

function resolveSecret(name: string, reference: string, { environment, readFile }: SecretSource): string {
  const colon = reference.indexOf(':')
  const rest = reference.slice(colon + 1)
  const place = `secrets.${name}`
  if (reference.startsWith('env:')) {
    if (rest === ownToken) throw secretForbidden(`${rest} is what commands here show the control plane`, place)
    const value = environment[rest]
    if (value === undefined) throw missing(name, reference, `the agent's environment has no ${rest}`)
    return value
  }
  try {
    const text = readFile(rest)
    if (text.includes('\0')) throw missing(name, reference, 'the file holds NUL characters')
    return text.replace(/\r?\n$/, '')
  } catch (fault) {
    if (fault instanceof HoldfastError && fault.code === 'host.secret_forbidden') throw placed(fault, place)
    if (fault instanceof HoldfastError) throw fault
    throw missing(name, reference, fault instanceof Error ? fault.message : String(fault))
  }
}

/** What somebody starts the agent with to enrol it may be an admin's. */
const ownToken = 'HOLDFAST_TOKEN'

const placed = ({ code, message, kind, accepted, repair }: HoldfastError, place: string): HoldfastError =>
  new HoldfastError(code, message, {
    ...{ kind, place },
    ...(accepted === undefined ? {} : { accepted }),
    ...(repair === undefined ? {} : { repair }),
  })

const missing = (name: string, reference: string, why: string) =>
  hostError('host.secret_missing', `The secret ${name} cannot be resolved on this host: ${why}`, {
    place: `secrets.${name}`,
    accepted: 'env:NAME of the agent’s environment, or file:/path that the agent may read',
    repair: `put the secret where ${reference} points, then retry`,
  })

/** Shorter ones would hide half of any text; nobody should have such a secret. */
const shortestMasked = 4

/** The text without any of the values; a value of several lines also line by line, as logs show it. */
export function maskSecrets(text: string, values: Iterable<string>): string {
  const pieces = [...values].flatMap((value) => [value, ...value.split(/\r?\n/).filter((line) => line.length >= 8)])
  const longestFirst = [...new Set(pieces)]
    .filter((piece) => piece.length >= shortestMasked)
    .toSorted((a, b) => b.length - a.length)
  return longestFirst.reduce((masked, piece) => masked.replaceAll(piece, '***'), text)
}
