import express, { type Request, type RequestHandler } from 'express'
import type { z } from 'zod'
import { MAX_REQUEST_BYTES } from '@autotele/shared'
import { ProblemError } from './problems.ts'

/** The exact bytes, whatever type they claim to be: signatures are about bytes. Encoded bodies are refused (415). */
export const rawBody = (limit: number): RequestHandler =>
  express.raw({ type: () => true, limit, inflate: false })
export const v1Body = rawBody(MAX_REQUEST_BYTES)

/**
 * JSON can escape what is in no text: a NUL, which PostgreSQL does not store (its manual, 8.14), and half a surrogate pair,
 * which UTF-8 cannot write. `JSON.stringify` writes these as escapes, and whole pairs as they are.
 */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/

/** The bytes that `rawBody` read; none when the request has no body. */
export const bytesOf = (request: Request): Buffer => {
  const body: unknown = request.body
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** Parses the JSON body. Throws the problem to answer with: not JSON at all, or not what this route takes. */
export function parseBody<T>(request: Request, schema: z.ZodType<T>): T {
  const bytes = bytesOf(request)
  if (bytes.length > 0 && request.is('application/json') === false) {
    throw new ProblemError('UNSUPPORTED_MEDIA_TYPE')
  }
  let json: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    json = JSON.parse(text)
    if (text.includes('\\u') && UNSTORABLE.test(JSON.stringify(json))) throw new Error('no text')
  } catch {
    throw new ProblemError('MALFORMED_BODY')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new ProblemError('VALIDATION_FAILED', {
    errors: parsed.error.issues.map(issue => ({
      pointer: issue.path
        .map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .join(''),
      code: issue.code,
      detail: issue.message,
    })),
  })
}
