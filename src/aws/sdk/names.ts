/** How Step Functions names a service in the errors of `aws-sdk:…`: as the second generation of the Java SDK does. */

/** `DynamoDB` → `DynamoDb`, `SFN` → `Sfn`, `Secrets Manager` → `SecretsManager`: words of one capital each. */
export function javaName(serviceId: string): string {
  return serviceId
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .replaceAll(/([^a-z]{2,})v(\d+)/g, '$1 v$2 ')
    .replaceAll(/([^A-Z]{2,})V(\d+)/g, '$1 V$2 ')
    .replaceAll(/(?<=[a-z])(?=[A-Z][a-zA-Z0-9])/g, ' ')
    .replaceAll(/(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .replaceAll(/(\d)([a-zA-Z])/g, '$1 $2')
    .split(/\s+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('')
}
