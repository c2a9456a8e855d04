import { z } from 'zod'

/**
 * What an administrator may be: `owner` everything; `support` helps customers (searches, extends by up to
 * `SUPPORT_MAX_DAYS`, frees seats); `finance` sees money and exports it; `read-only` looks.
 */
export const ROLES = ['owner', 'support', 'finance', 'read-only'] as const
export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

/** What an API token may do; never more than the role of the person who made it. */
export const SCOPES = [
  'licenses:read',
  'licenses:write',
  'billing:read',
  'billing:write',
  'exports',
  'audit:read',
] as const
export const scopeSchema = z.enum(SCOPES)
export type Scope = z.infer<typeof scopeSchema>

/** The longest that `support` may give, in days. */
export const SUPPORT_MAX_DAYS = 30

/** Marks a call as our console's: a page of another site cannot send it without asking first (Fetch, CORS preflight). */
export const ADMIN_HEADER = 'Autotele-Admin'
