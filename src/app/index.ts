/**
 * app: reads the configuration once, builds the objects, starts and stops them: the only place that wires.
 * Words: data folder (everything one Holdfast keeps), connection (how the CLI finds a running one), runtime (all objects of one).
 * It decides nothing about executions, requests or permissions: those are the domains' own.
 */
export { type Connection, connectionFile, readConnection, removeConnection, writeConnection } from './connection.ts'
export { dataFolderOf } from './data-folder.ts'
