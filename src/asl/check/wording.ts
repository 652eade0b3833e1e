/**
 * What AWS says, word for word where it was recorded or measured. Tools and people search for these texts; where AWS's
 * wording is not known the sentence is ours and says what is accepted.
 */
import { shorten } from './place.ts'

const list = (names: readonly string[]): string => `[${names.join(', ')}]`

export const wording = {
  notAnObject: 'Definition must be a valid JSON object',
  tooLong: (bytes: number, most: number) => `The definition is ${bytes} bytes long; at most ${most} bytes are accepted`,
  fieldsRequired: (fields: readonly string[]) => `These fields are required: ${list(fields)}`,
  fieldMissing: (field: string) => `The field '${field}' is required but was missing`,
  fieldRequired: (field: string) => `The field '${field}' is required`,
  fieldUnsupported: (field: string) => `Field '${shorten(field)}' is not supported`,
  atMostOneOf: (fields: readonly string[]) => `There should only be one of the following fields: ${list(fields)}`,
  exactlyOneOf: (fields: readonly string[]) =>
    `This object should have only one of the following fields: ${list(fields)}`,
  oneSelector: (fields: readonly string[]) => `The object must have only one of the following fields, ${list(fields)}`,
  expected: (type: string) => `Expected value of type ${type}`,
  oneOfValues: (values: readonly string[]) => `Value should be one of the following: ${list(values)}`,
  stateType: (types: readonly string[]) => `The field 'Type' should have one of these values: ${list(types)}`,
  empty: 'Value cannot be empty',
  minimum: (least: number) => `Minimum value is ${least}`,
  maximum: (most: number) => `Maximum value is ${most}`,
  timestamp: 'String does not match RFC3339 timestamp',

  wrongLanguage: (field: string, set: string, needed: string) =>
    `The QueryLanguage is set to '${set}', but field '${field}' is only supported for the '${needed}' QueryLanguage`,
  downgrade: "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
  openExpression: 'JSONata string must start with {% and end with %}',

  path: 'Value must be a valid JSONPath.',
  notReference: (why: string) => `Value is not a Reference Path: ${why}`,
  inputOnly: 'only the state input can be written to, not the context object or a variable',
  noDollarAtStart: "Reference path didn't start with '$'",
  templateValue: (field: string) =>
    `The value for the field '${shorten(field)}' must be a valid JSONPath or a valid intrinsic function call`,
  fieldTwice: (field: string) =>
    `The fields '${shorten(field)}' and '${shorten(field)}.$' both become '${shorten(field)}'; only one of them is accepted`,
  notText: (name: string, accepted: readonly string[]) =>
    `The intrinsic function '${shorten(name)}' does not return a string; accepted are a JSONPath and ${list(accepted)}`,

  notAnArn: 'Value is not a valid resource ARN',
  unknownResource: (arn: string) =>
    `The resource provided ${shorten(arn)} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
  resourceNotAllowed: "The field 'Resource' does not match any of the allowed values",
  argumentsRequired: (field: string, arn: string) => `${field} field is required for resource ARN: ${arn}`,
  expressSync: "Express state machine does not support '.sync' service integration",
  // AWS's text ends in a blank.
  expressToken: "Express state machine does not support '.waitForTaskToken' service integration ",
  expressActivity: 'Express state machine does not support Activity ARN',
  expressDistributed: "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
  credentialsOnActivity: "The field 'Credentials' is not supported for activities",
  heartbeat: "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",

  allAlone: 'States.ALL must appear alone and at end of list',
  distributedOnly: (field: string) =>
    `Field '${field}' is only supported by a Map state whose ProcessorConfig has the Mode 'DISTRIBUTED'`,

  missingTarget: (name: string) => `Missing 'Next' target: ${shorten(name)}`,
  unreachable: (name: string) => `State "${shorten(name)}" is not reachable.`,
  noTerminal: 'Workflow has no terminal state',
  duplicateState: (name: string) => `Duplicate State name: ${shorten(name)}`,
  stateName: (name: string) =>
    name === ''
      ? 'Invalid State name: it is empty'
      : `Invalid State name: '${shorten(name)}' exceeds the 80-character limit allowed by the service`,
  duplicateLabel: (label: string) => `Duplicate Label name: ${label}`,
  labelLength: (label: string) =>
    `Invalid Label name: '${shorten(label)}' exceeds the 40-character limit allowed by the service`,
  labelCharacters: (label: string) =>
    `Invalid Label name: '${label}' contains a blank, a control character or one of ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & \` "`,

  reservedVariable: "Cannot assign to reserved variable '$states'.",
  variableCharacters: (name: string) =>
    `Invalid variable name '${shorten(name)}': the variable name contains invalid characters.`,
  variableLength: (name: string) =>
    `Invalid variable name '${shorten(name)}': the variable name exceeds the 80-character limit allowed by the service.`,
  outerAssigned: (name: string) =>
    `The variable '$${shorten(name)}' is assigned in an outer scope already; an inner scope can read it but not assign it`,
  outerRead: (name: string) =>
    `The variable '$${shorten(name)}' belongs to an outer scope, which a distributed Map's processor cannot read; pass the value in with ItemSelector`,

  looksDynamic: (field: string) =>
    `The value of the field '${shorten(field)}' looks like a JSONPath or an intrinsic function call, but the field name does not end with '.$', so it is used as it stands`,
  looksLikePath: (field: string) =>
    `The value of the field '${field}' looks like a JSONPath, but the field name does not end with 'Path', so it is used as it stands`,
  staticResult: 'The Result of a Pass state is static: paths and intrinsic functions in it are not evaluated',
} as const
