/** Secrets by reference, read when they are needed: `env:NAME`, `file:/path`. */
import { readSecretFile } from '../host/index.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The value of a reference. It throws an Error that names the reference, and never a value. */
export function secretReader(environment: Environment): (reference: string) => string {
  return (reference) => {
    const value = reference.startsWith('env:')
      ? environment[reference.slice('env:'.length)]
      : readSecretFile(reference.slice('file:'.length)).replace(/\r?\n$/, '')
    if (value === undefined || value === '') throw new Error(`${reference} is not set`)
    return value
  }
}
