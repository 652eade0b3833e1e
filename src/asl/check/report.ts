/** Collects what is found, in the order it is found. */
import type { Diagnostic, DiagnosticCode } from '../diagnostic.ts'
import { type Place, renderPlace } from './place.ts'

/**
 * Of errors and of warnings each: more than anyone reads, and a bound for what a hostile definition can make us say.
 * Counted apart, because a definition must not be accepted for its many warnings.
 */
export const maxDiagnostics = 1000

export class Report {
  readonly diagnostics: Diagnostic[] = []
  #errors = 0
  #warnings = 0

  /** How many errors were found, also those beyond what is kept. */
  get errors(): number {
    return this.#errors
  }

  /** No further error will be kept, so that looking for one is work in vain. */
  get full(): boolean {
    return this.#errors >= maxDiagnostics
  }

  error(code: DiagnosticCode, message: string, place?: Place): void {
    if (!this.full) this.#keep({ severity: 'ERROR', code, message }, place)
    this.#errors++
  }

  /** The commonest finding: the text is JSON but not the language. */
  schema(message: string, place: Place): void {
    this.error('SCHEMA_VALIDATION_FAILED', message, place)
  }

  warning(code: DiagnosticCode, message: string, place: Place): void {
    if (this.#warnings++ < maxDiagnostics) this.#keep({ severity: 'WARNING', code, message }, place)
  }

  #keep(diagnostic: Diagnostic, place: Place | undefined): void {
    this.diagnostics.push(place === undefined ? diagnostic : { ...diagnostic, location: renderPlace(place) })
  }
}
