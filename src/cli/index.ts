/**
 * cli: the command line, one file per command under `commands/`.
 * Words: world (what a command may touch of the machine), context (what every command gets), view (an execution as rows).
 * Commands only translate: parse, ask the server over HTTP (or the pure language), print. `up` starts the server in process.
 * It holds no logic of executions, and it never opens the store.
 */
export { run } from './program.ts'
export type { Output, World } from './world.ts'
