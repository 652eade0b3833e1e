/** `Parameters` of an ItemReader or ResultWriter, and the store they lead to. */
import { isJsonObject, type JsonText, parseJson } from '../../base/index.ts'
import { type Bucket, ObjectFailure, type ObjectStore } from './object-store.ts'

export type Parameters = ReadonlyMap<string, string>

/** The members that are texts. */
export function textsOf(parameters: JsonText): Parameters {
  const json = parseJson(parameters)
  const members = isJsonObject(json) ? [...json] : []
  return new Map(members.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))
}

/** @throws ObjectFailure */
export function need(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined || value === '') throw new ObjectFailure(`The parameter ${name} is missing.`)
  return value
}

/** @throws ObjectFailure */
export function bucketIn(parameters: Parameters): Bucket {
  const owner = parameters.get('ExpectedBucketOwner')
  return { bucket: need(parameters, 'Bucket'), ...(owner === undefined ? {} : { owner }) }
}

/** @throws ObjectFailure */
export function storeOf(stores: readonly ObjectStore[] | undefined, { bucket }: Bucket): ObjectStore {
  const store = stores?.find((each) => each.handles(bucket))
  if (store === undefined) throw new ObjectFailure(`Nothing here reads or writes the bucket ${bucket}.`)
  return store
}
