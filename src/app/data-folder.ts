/** Where Holdfast keeps its data when nobody says otherwise: one place per user, so that the CLI finds it from anywhere. */
import { join, resolve } from 'node:path'

export type DataFolderChoice = {
  /** `--data`, relative to the working folder. */
  readonly given: string | undefined
  /** HOLDFAST_DATA. */
  readonly environment: string | undefined
  readonly workingFolder: string
  readonly homeFolder: string
}

export function dataFolderOf({ given, environment, workingFolder, homeFolder }: DataFolderChoice): string {
  const named = given ?? (environment === '' ? undefined : environment)
  return named === undefined ? join(homeFolder, '.holdfast') : resolve(workingFolder, named)
}
