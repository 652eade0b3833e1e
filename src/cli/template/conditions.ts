/** The conditions of a template. Pure. */
import { equalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'

/** Answers whether the condition of that name holds; what is not there does not. */
export function conditionsOf(section: JsonObject, valueOf: (value: Json) => Json): (name: string) => boolean {
  const asked = new Set<string>()
  const named = (name: string): boolean => {
    const condition = section.get(name)
    // A condition that asks for itself is refused by CloudFormation; here it does not hold.
    if (condition === undefined || asked.has(name)) return false
    asked.add(name)
    const holds = evaluate(condition)
    asked.delete(name)
    return holds
  }
  const evaluate = (condition: Json): boolean => {
    if (!isJsonObject(condition)) return condition === true || condition === 'true'
    const [[name, argument] = ['', null]] = [...condition]
    const operands = isJsonArray(argument) ? argument : [argument]
    switch (name) {
      case 'Condition':
        return typeof argument === 'string' && named(argument)
      case 'Fn::Equals':
        return equalJson(valueOf(operands[0] ?? null), valueOf(operands[1] ?? null))
      case 'Fn::Not':
        return !evaluate(operands[0] ?? null)
      case 'Fn::And':
        return operands.every((operand) => evaluate(operand))
      case 'Fn::Or':
        return operands.some((operand) => evaluate(operand))
      default:
        return false
    }
  }
  return named
}
