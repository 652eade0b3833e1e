import type { Command, Fence } from '../contract.ts'

/** Undefined for what only reads, and for whoever works without terms. */
export const fenceOf = (command: Command): Fence | undefined => ('fence' in command ? command.fence : undefined)
