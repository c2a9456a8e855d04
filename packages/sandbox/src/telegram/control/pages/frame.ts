import type { TelegramSandbox } from '../../index.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { timesIn } from '../times.ts'
import type { Times } from '../times.ts'
import type { Words } from '../words/index.ts'

/** What every page is made with. */
export type Page = {
  readonly telegram: TelegramSandbox
  readonly words: Words
  readonly times: Times
  /** Its own path, where its forms lead back to. */
  readonly path: string
  /** World time, seconds. */
  readonly now: number
}

export const pageOf = (telegram: TelegramSandbox, words: Words, path: string): Page => ({
  telegram,
  words,
  times: timesIn(words),
  path,
  now: Math.floor(telegram.clock.now() / 1000),
})

export type Notice = { readonly good: boolean; readonly text: string }

type FormOptions = {
  readonly action: string
  readonly fields?: Readonly<Record<string, string | number | readonly (string | number)[]>>
  readonly className?: string
}

/** A form of the page: hidden fields, and what a person fills in. */
export const form = (
  page: Page,
  { action, fields = {}, className }: FormOptions,
  content: Html,
): Html => html`
  <form method="post" action="/" class="${className ?? 'plain'}" autocomplete="off">
    <input type="hidden" name="do" value="${action}" />
    <input type="hidden" name="then" value="${page.path}" />
    ${Object.entries(fields).flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as (string | number)[]) : [value as string | number]).map(
        one => html`
          <input type="hidden" name="${name}" value="${one}" />
        `,
      ),
    )}
    ${content}
  </form>
`

/** A form that is one button. */
export const button = (
  page: Page,
  label: string,
  options: FormOptions & { readonly tone?: 'quiet' | 'danger' | 'primary' },
): Html =>
  form(
    page,
    options,
    html`
      <button class="button ${options.tone ?? ''}" data-action="${options.action}">${label}</button>
    `,
  )

const SYMBOL = html`
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <path
      d="M3.4 11.3 20 4.5c.7-.3 1.300.3 1.100 1l-3 13.300c-.2.8-1.100 1.100-1.700.6l-4.600-3.500-2.500 2.500c-.4.4-1.100.2-1.200-.4l-.8-4.600-3.900-1.100c-.8-.2-.9-1.200 0-1Z"
    />
  </svg>
`

const NAVIGATION = [
  ['overview', '/'],
  ['chats', '/chats'],
  ['calls', '/calls'],
] as const

const clockBar = (page: Page): Html => {
  const { words, times, telegram, now } = page
  const offset = telegram.clock.offset()
  const moved = Math.abs(offset) >= 1000
  const move = (label: string, ms: number): Html =>
    button(page, label, { action: 'clock.move', fields: { ms } })
  const waiting = telegram.world.queue().some(message => message.date < 0x7ffffffe)
  return html`
    <section class="clock" aria-label="${words.clock.label}">
      <div>
        <p class="clock-label">${words.clock.label}</p>
        <p class="clock-time">
          <time>${times.full(now)}</time>
          <span class="badge ${moved ? 'warn' : 'good'}">
            ${moved ? words.clock.moved(times.distance(offset)) : words.clock.real}
          </span>
        </p>
      </div>
      <div class="row">
        ${move(words.clock.minute, 60_000)} ${move(words.clock.hour, 3_600_000)}
        ${move(words.clock.day, 86_400_000)}
        ${waiting && button(page, words.clock.nextDue, { action: 'clock.due', tone: 'primary' })}
        ${moved && button(page, words.clock.back, { action: 'clock.real', tone: 'quiet' })}
      </div>
    </section>
  `
}

const head = (words: Words, title: string): Html => html`
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · ${words.title}</title>
    <link rel="stylesheet" href="/control.css" />
  </head>
`

/** A whole page. */
export const frame = (page: Page, title: string, notice: Notice | null, content: Html): string => {
  const { words, path } = page
  const current = NAVIGATION.findLast(([, href]) => path === href || (href !== '/' && path.startsWith(href)))
  return `<!doctype html>${
    html`
      <html lang="${words.locale}">
        ${head(words, title)}
        <body>
          <header class="top">
            <a class="brand" href="/">
              ${SYMBOL}
              <span>${words.title}</span>
            </a>
            <nav>
              ${NAVIGATION.map(
                ([name, href]) => html`
                  <a
                    href="${href}"
                    ${
                      current?.[0] === name
                        ? html`
                            aria-current="page"
                          `
                        : null
                    }
                  >
                    ${words.nav[name]}
                  </a>
                `,
              )}
            </nav>
            <p class="tagline">${words.tagline}</p>
          </header>
          ${
            notice &&
            html`
              <p class="notice ${notice.good ? 'good' : 'bad'}" role="status">${notice.text}</p>
            `
          }
          <main>${clockBar(page)}${content}</main>
          <script src="/refresh.js" defer></script>
        </body>
      </html>
    `.markup
  }`
}

/** What is shown to who has no cookie. */
export const forbiddenPage = (words: Words): string =>
  `<!doctype html>${
    html`
      <html lang="${words.locale}">
        ${head(words, words.forbidden.title)}
        <body class="lone">
          <main class="card">
            <h1>${words.forbidden.title}</h1>
            <p class="soft">${words.forbidden.text}</p>
          </main>
        </body>
      </html>
    `.markup
  }`
