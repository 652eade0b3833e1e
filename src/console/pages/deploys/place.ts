/** A place as people read it: `acme/shop › production`. */
export const placeOf = ({ project, config }: { readonly project: string; readonly config: string }): string =>
  `${project} › ${config}`
