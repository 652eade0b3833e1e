/** An error that says more than one thing: people see its report, programs its message. */
import { type ErrorDetails, HoldfastError } from '../base/index.ts'
import type { CliErrorCode } from './errors.ts'
import type { Paint } from './paint.ts'

export type ReportStyle = {
  readonly paint: Paint
  /** Characters a line of prose may take. */
  readonly width: number
}

export type Report = (style: ReportStyle) => string

export class ReportedError extends HoldfastError {
  readonly report: Report

  constructor(code: CliErrorCode, message: string, report: Report, details: ErrorDetails) {
    super(code, message, details)
    this.report = report
  }
}
