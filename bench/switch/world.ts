/** What a session runs in: a folder of its own, the artifact, the witness; all gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeArtifact } from './artifact.ts'
import { Witness } from './witness.ts'

export type World = { readonly folder: string; readonly artifact: string; readonly witness: Witness }

export async function inWorld<T>(use: (world: World) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-switch-'))
  const artifact = join(folder, 'application')
  const witness = new Witness()
  try {
    makeArtifact(artifact)
    await witness.listen()
    return await use({ folder, artifact, witness })
  } finally {
    await witness.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
