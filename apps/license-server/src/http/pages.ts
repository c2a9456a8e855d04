import { createHash } from 'node:crypto'
import { Router, type Response } from 'express'
import { HEADERS, PROBLEM_STATUS, type ProblemCode } from '@autotele/shared'
import { describeApi } from './openapi.ts'
import { PROBLEM_TEXTS, type ProblemText } from './problem-texts.ts'
import { codeOfPage, problemPath } from './problems.ts'

const CSS = `:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
code, pre { font: .875rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: .5rem; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; }
section { border-top: 1px solid #8884; }`

/** Nothing is loaded from anywhere and nothing runs: the page brings its one style sheet. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(CSS).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, character => `&#${String(character.charCodeAt(0))};`)

function send(response: Response, lang: 'fr' | 'en', title: string, content: string): void {
  response
    .set('Cache-Control', 'public, max-age=300')
    .set('Content-Security-Policy', POLICY)
    .type('html')
    .send(
      `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<title>${escape(title)}</title><style>${CSS}</style></head><body><main><h1>${escape(title)}</h1>${content}</main></body></html>\n`,
    )
}

/** Pages for people: what each problem code means (where the `type` of a problem leads), and the description of the API. */
export function pageRoutes(publicUrl: string): Router {
  const router = Router()
  const codes = Object.entries(PROBLEM_TEXTS) as [ProblemCode, ProblemText][]

  const index = codes.map(
    ([code, { title }]) =>
      `<tr><td>${String(PROBLEM_STATUS[code])}</td><td><a href="${problemPath(code)}"><code>${code}</code></a></td><td>${escape(title.fr)}</td><td lang="en">${escape(title.en)}</td></tr>`,
  )
  router.get('/problems', (_request, response) => {
    const head = '<tr><th>HTTP</th><th>Code</th><th>Français</th><th>English</th></tr>'
    send(
      response,
      'fr',
      'Codes d’erreur',
      `<table><thead>${head}</thead><tbody>${index.join('')}</tbody></table>`,
    )
  })

  router.get('/problems/:code', (request, response, next) => {
    const code = codeOfPage(request.params.code)
    if (!code) return next()
    const { title, remedy } = PROBLEM_TEXTS[code]
    const facts = `<p><code>${code}</code> · HTTP ${String(PROBLEM_STATUS[code])} · <a href="/problems">/problems</a></p>`
    const english = `<section lang="en"><h2>${escape(title.en)}</h2><p>${escape(remedy.en)}</p></section>`
    send(response, 'fr', title.fr, `${facts}<p>${escape(remedy.fr)}</p>${english}`)
  })

  const description = describeApi(publicUrl)
  router.get('/v1/openapi.json', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=300').json(description)
  })
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => describeOperation(method, path, operation)),
  )
  const introduction =
    `<p>OpenAPI 3.1: <a href="/v1/openapi.json">/v1/openapi.json</a>. Errors: <a href="/problems">/problems</a>, RFC 9457.</p>` +
    `<p>A proof is a JWS in the header <code>${HEADERS.deviceProof}</code>; its nonce is that of the last answer’s <code>${HEADERS.deviceNonce}</code>.</p>`
  router.get('/docs', (_request, response) => {
    send(response, 'en', 'AutoTele license server', introduction + operations.join(''))
  })
  return router
}

type Described = ReturnType<typeof describeApi>['paths'][string][string]

function describeOperation(method: string, path: string, operation: Described): string {
  const { summary, parameters, security, requestBody, responses } = operation
  const needs = [
    ...(security.length > 0 ? ['device proof'] : []),
    ...parameters.map(({ name, in: place, required }) => `${name} (${place}${required ? '' : ', optional'})`),
  ]
  const schema = (
    title: string,
    body: { content?: Record<string, { schema: unknown }> } | undefined,
  ): string => {
    const shown = body?.content?.['application/json']?.schema
    return shown === undefined
      ? ''
      : `<details><summary>${title}</summary><pre>${escape(JSON.stringify(shown, null, 2))}</pre></details>`
  }
  const answers = Object.entries(responses).filter(([status]) => status !== 'default')
  return (
    `<section><h2><code>${method.toUpperCase()} ${escape(path)}</code></h2><p>${escape(summary)}</p>` +
    (needs.length > 0 ? `<p>Takes: ${escape(needs.join(', '))}.</p>` : '') +
    schema('Request', requestBody) +
    answers
      .map(([status, answer]) => schema(`Answer ${status}`, answer) || `<p>Answer ${status}</p>`)
      .join('') +
    '</section>'
  )
}
