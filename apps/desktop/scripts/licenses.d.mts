export const ALLOWED: ReadonlySet<string>
export function isAllowed(expression: string): boolean
