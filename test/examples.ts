/**
 * Properties are tried on the same examples in each run: what is green stays green until somebody changes something.
 * HOLDFAST_PROPERTY_SEED=random (or a number) tries others; a failure prints the seed that finds it again.
 */
import fc from 'fast-check'

const asked = process.env['HOLDFAST_PROPERTY_SEED'] ?? '20261101'
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) })
