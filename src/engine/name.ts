/** Names of state machines, executions and activities. */
import { invalidName } from './errors.ts'

/** White space, brackets, wildcards, what paths and ARNs need, control characters, surrogates and non-characters. */
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/

/** @throws HoldfastError name.invalid. The length (1 to 80) is the schema's. */
export function requireName(name: string): void {
  if (forbidden.test(name)) throw invalidName(name)
}
