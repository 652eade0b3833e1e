/** What the real Jayway JsonPath answered: 110 paths against one document, which the first of them returns. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { equalJson, isJsonObject, type Json, parseJson, printJson } from '../../base/index.ts'
import { compilePath, PathNotFound, PathSyntaxError } from './index.ts'

type Vector = {
  readonly path: string
  readonly definite: Json | undefined
  readonly value: Json | undefined
  readonly error: Json | undefined
}

const vectors = readVectors(parseJson(readFileSync(new URL('golden.json', import.meta.url), 'utf8')))
const document = vectors[0]?.value ?? null

describe('paths recorded from Jayway JsonPath', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(110)
  })

  it.each(vectors.map((vector) => [vector.path, vector] as const))('%s', (text, vector) => {
    if (vector.error === 'InvalidPathException') {
      expect(() => compilePath(text)).toThrow(PathSyntaxError)
      return
    }
    const path = compilePath(text)
    expect(path.definite).toBe(vector.definite)
    if (vector.value === undefined) {
      expect(vector.error).toBe('PathNotFoundException')
      expect(() => path.read(document)).toThrow(PathNotFound)
      expect(path.find(document)).toBeUndefined()
      return
    }
    const found = path.read(document)
    expect(equalJson(found, vector.value), `${printJson(found)} is not ${printJson(vector.value)}`).toBe(true)
    expect(printJson(found)).toBe(printJson(vector.value))
  })
})

function readVectors(list: Json): readonly Vector[] {
  if (!Array.isArray(list)) throw new Error('the vectors are no list')
  return list.map((entry: Json) => {
    if (entry === null || !isJsonObject(entry)) throw new Error('a vector is no object')
    const path = entry.get('path')
    if (typeof path !== 'string') throw new Error('a vector has no path')
    return { path, definite: entry.get('definite'), value: entry.get('value'), error: entry.get('error') }
  })
}
