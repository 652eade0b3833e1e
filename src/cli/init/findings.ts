/** What `init` found in an app's folder, decided, and could not know. Each choice says where it comes from. */

/** A value to be written, and why it is this one. */
export type Choice<Value = string> = {
  readonly value: Value
  /** Where it was found: `package.json: scripts.start`. */
  readonly from: string
  /** What a reader of the release file should know about it, if it is more than what the field says by itself. */
  readonly says?: string
}

export type ServiceFinding = {
  readonly name: string
  /** `web` takes requests through the edge; `worker` takes none. */
  readonly kind: 'web' | 'worker'
  readonly command: Choice
  /** How it learns its port. Of a worker: undefined. */
  readonly port: Choice | undefined
  readonly instances: Choice<number>
  readonly environment: ReadonlyMap<string, Choice>
  /** Of a worker: undefined, it is healthy when it stays up. */
  readonly healthPath: Choice | undefined
  /** Host names of the requests it gets. */
  readonly hosts: Choice<readonly string[]>
  /** Why it needs the folder that all of its versions share. */
  readonly dataFolder: string | undefined
  /** What happens while two versions of it run: of a worker, why the former one is stopped and not kept warm. */
  readonly worksByItself: string | undefined
}

/** What nobody could tell from the files. */
export type Unknown = {
  readonly what: string
  /** What the release file says for now, and what to do when that is wrong. */
  readonly assumed: string
}

export type Findings = {
  readonly project: Choice
  readonly config: Choice
  readonly build: Choice | undefined
  /** Names in the folder that are no part of a version. */
  readonly excluded: readonly string[]
  readonly services: readonly ServiceFinding[]
  /** Names of variables that are given by reference. */
  readonly secrets: Choice<readonly string[]> | undefined
  readonly unknowns: readonly Unknown[]
  /** Worth telling, and nothing the release file can hold. */
  readonly hints: readonly string[]
}
