/**
 * base: what every folder may use and nothing else stands under: lossless JSON, the error type, clock, ids, durations, the five tones, logger.
 * Words: JsonText (valid JSON as text), Json (parsed, lossless), HoldfastError, Clock.
 * It does not touch Node, the machine's clock, chance, timers or the network: those come in as arguments.
 */
export { Bell } from './bell.ts'
export { type Clock, VirtualClock } from './clock.ts'
export { type Difference, differencesBetween } from './differences.ts'
export { formatDuration, parseDuration } from './duration.ts'
export { type ErrorDetails, type ErrorKind, HoldfastError, nearestWord } from './errors.ts'
export { type RandomBytes, ulid, uuid4, uuid7 } from './id.ts'
export { Pace, type PaceOptions } from './pace.ts'
export { PassingMap } from './passing-map.ts'
export {
  byteLength,
  compareNumbers,
  equalJson,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  isJsonText,
  type Json,
  type JsonArray,
  type JsonKind,
  JsonNumber,
  type JsonObject,
  jsonFromPlain,
  JsonSyntaxError,
  type JsonText,
  kindOfJson,
  maxJsonDepth,
  parseJson,
  plainFromJson,
  printJson,
} from './json.ts'
export { pathTo } from './json-path.ts'
export { type LogFields, type Logger, silentLogger } from './log.ts'
export { canonicalNumeral } from './number.ts'
export { looksSecret, withoutSecrets } from './secrets.ts'
export { readEvents, type ServerEvent } from './server-events.ts'
export { type SourcePlace, sourcePlaceOf, type SourceSpan, sourceSpanOf } from './source-place.ts'
export { type Tone, toneIcons, toneOfStatus, tones } from './tone.ts'
