/**
 * The content security policy of the interface. `vue` is the Trusted Types policy that Vue itself creates for static
 * markup. In a browser the page speaks to its own origin; in Electron it has no network at all.
 */
export const contentSecurityPolicy = ({ connect }: { connect: "'self'" | "'none'" }): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    'media-src blob:',
    "font-src 'self'",
    `connect-src ${connect}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types vue',
  ].join('; ')

/** What every answer of the interface's origin carries, in the browser and in Electron alike. */
export const securityHeaders = (connect: "'self'" | "'none'"): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': contentSecurityPolicy({ connect }),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
})
