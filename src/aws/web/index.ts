/**
 * web: the two tasks that are plain HTTP: `http:invoke` and `apigateway:invoke`, through the gate of outbound/.
 * Words: connection (how a caller proves who it is, and what it always sends; EventBridge's word), invocation (that what).
 * Secrets are resolved when a call is made and live no longer than it does, an OAuth token until it expires.
 */
export { apiGatewayHandler } from './api-gateway.ts'
export { type Authorization, type Connection, type Connections, type Parameters } from './connection.ts'
export { httpInvokeHandler, type HttpInvokeDependencies } from './http-invoke.ts'
