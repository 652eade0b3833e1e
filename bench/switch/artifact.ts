/** The application as a folder of its own, with the one package it needs: what a deployer is given. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname

export function makeArtifact(folder: string): void {
  cpSync(join(here, 'application'), folder, { recursive: true })
  cpSync(join(here, '../../node_modules/ws'), join(folder, 'node_modules/ws'), { recursive: true })
}
