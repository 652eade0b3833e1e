/** The input of an execution: any JSON text that is not too large. */
import { byteLength, JsonSyntaxError, type JsonText, parseJson } from '../../base/index.ts'
import { invalidExecutionInput, requestTooLarge } from '../errors.ts'

/** @throws HoldfastError execution.input_invalid, request.too_large */
export function requireInput(text: string, limitBytes: number): JsonText {
  if (byteLength(text) > limitBytes) throw requestTooLarge('input', limitBytes)
  if (text.trim() === '') throw invalidExecutionInput('Invalid execution input.')
  try {
    parseJson(text)
    return text
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw invalidExecutionInput(error.reason)
    throw error
  }
}
