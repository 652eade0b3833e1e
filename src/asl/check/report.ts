/** Collects what is found, errors and warnings each in the order they are found. */
import type { Diagnostic, DiagnosticCode } from '../diagnostic.ts'
import { type Place, renderPlace } from './place.ts'

/**
 * Of errors and of warnings each: more than anyone reads, and a bound for what a hostile definition can make us say.
 * Counted apart, because a definition must not be accepted for its many warnings.
 */
export const maxDiagnostics = 1000

export class Report {
  readonly #errors: Diagnostic[] = []
  readonly #warnings: Diagnostic[] = []
  #errorCount = 0

  /** Errors first: a reader who takes only the first hundred must not miss one for warnings. */
  get diagnostics(): readonly Diagnostic[] {
    return [...this.#errors, ...this.#warnings]
  }

  /** How many errors were found, also those beyond what is kept. */
  get errorCount(): number {
    return this.#errorCount
  }

  /** No further error will be kept, so that looking for one is work in vain. */
  get full(): boolean {
    return this.#errorCount >= maxDiagnostics
  }

  error(code: DiagnosticCode, message: string, place?: Place): void {
    if (this.#errorCount++ < maxDiagnostics) this.#errors.push(diagnostic('ERROR', code, message, place))
  }

  /** The commonest finding: the text is JSON but not the language. */
  schema(message: string, place: Place): void {
    this.error('SCHEMA_VALIDATION_FAILED', message, place)
  }

  warning(code: DiagnosticCode, message: string, place: Place): void {
    if (this.#warnings.length < maxDiagnostics) this.#warnings.push(diagnostic('WARNING', code, message, place))
  }
}

function diagnostic(
  severity: Diagnostic['severity'],
  code: DiagnosticCode,
  message: string,
  place?: Place,
): Diagnostic {
  return { severity, code, message, ...(place === undefined ? {} : { location: renderPlace(place) }) }
}
