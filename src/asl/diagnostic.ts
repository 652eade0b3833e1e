/** What the checker finds, in AWS's own terms (ValidateStateMachineDefinition). */
export type Diagnostic = {
  readonly severity: 'ERROR' | 'WARNING'
  readonly code: DiagnosticCode
  readonly message: string
  /** A JSON-pointer-like place: `/States/Pay/Next`. Absent when the finding has no place. */
  readonly location?: string
}

export type DiagnosticCode =
  | 'INVALID_JSON_DESCRIPTION'
  | 'MISSING_DESCRIPTION'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_STATE_NAME'
  | 'TOO_DEEPLY_NESTED'
  | 'INVALID_RESOURCE'
  | 'DUPLICATE_LABEL_NAME'
  | 'INVALID_LABEL_NAME'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  | 'INVALID_VARIABLE_NAME'
  | 'RESERVED_VARIABLE_NAME'
  | 'NO_DOLLAR'
  | 'NO_PATH'
  | 'PASS_RESULT_IS_STATIC'
