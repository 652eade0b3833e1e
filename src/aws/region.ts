/** The region that an ARN names, or undefined when it names none. */
export function regionOf(arn: string): string | undefined {
  const region = arn.split(':', 4)[3]
  return region === '' ? undefined : region
}
