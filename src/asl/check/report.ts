/** Collects what is found, in the order it is found. */
import type { Diagnostic, DiagnosticCode } from '../diagnostic.ts'
import { type Place, renderPlace } from './place.ts'

/** More than anyone reads, and a bound for what a hostile definition can make the checker say. */
export const maxDiagnostics = 1000
/** Warnings leave room for errors: a definition must not be accepted because warnings filled the report. */
const maxWarnings = maxDiagnostics / 2

export class Report {
  readonly diagnostics: Diagnostic[] = []
  #errors = 0
  #warnings = 0

  /** How many errors were found, also those beyond what is kept. */
  get errors(): number {
    return this.#errors
  }

  error(code: DiagnosticCode, message: string, place?: Place): void {
    this.#errors++
    this.#keep({ severity: 'ERROR', code, message }, place)
  }

  /** The commonest finding: the text is JSON but not the language. */
  schema(message: string, place: Place): void {
    this.error('SCHEMA_VALIDATION_FAILED', message, place)
  }

  warning(code: DiagnosticCode, message: string, place: Place): void {
    if (this.#warnings++ < maxWarnings) this.#keep({ severity: 'WARNING', code, message }, place)
  }

  #keep(diagnostic: Diagnostic, place: Place | undefined): void {
    if (this.diagnostics.length >= maxDiagnostics) return
    this.diagnostics.push(place === undefined ? diagnostic : { ...diagnostic, location: renderPlace(place) })
  }
}
