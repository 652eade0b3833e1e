/**
 * web: the two tasks that are plain HTTP: `http:invoke` and `apigateway:invoke`, through the gate of outbound/.
 * Words: connection, invocation: see connection/, which keeps them.
 * Secrets are resolved when a call is made and live no longer than it does, an OAuth token until it expires.
 */
export { apiGatewayHandler } from './api-gateway.ts'
export { httpInvokeHandler, type HttpInvokeDependencies } from './http-invoke.ts'
