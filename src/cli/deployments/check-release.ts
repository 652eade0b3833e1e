/** The release file against what this version of the command line knows of its target, before anything is asked of a server. */
import { faultyRelease, type ReleaseFile } from './release-file.ts'

/** Of a target that only the server knows, the server says what is wrong. @throws HoldfastError cli.release_invalid */
export async function checkRelease(file: ReleaseFile): Promise<void> {
  const { processArtifactSchema, processServiceSchema, releaseFaults } = await import('../../deploy/index.ts')
  const { target = 'process' } = file.document
  if (target !== 'process') return
  // deploy writes the date.
  const dated = { createdAt: '2026-01-01T00:00:00Z', ...file.document }
  const parts = { kind: 'process', artifact: processArtifactSchema, service: processServiceSchema }
  const faults = releaseFaults({ process: parts }, dated)
  if (faults.length > 0) throw faultyRelease(file, faults)
}
