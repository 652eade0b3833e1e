/**
 * telemetry: what an operator's tools read of this process: numbers for Prometheus, spans over OTLP, a line for each slow step.
 * Words: tally (a histogram that costs nothing to count in), reading (a number asked of the store when somebody scrapes),
 * span (an execution, a call of a task, a state of a deployment).
 * It does not decide, store or alert, and no payload and no secret goes through it. Nothing here is global: two can live in one test.
 */
export { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts'
export { tracingFrom, type TracingSettings } from './trace/settings.ts'
