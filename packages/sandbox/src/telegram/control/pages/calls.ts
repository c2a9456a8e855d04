import { html } from '../html.ts'
import type { Html } from '../html.ts'
import type { Page } from './frame.ts'
import { emptyState, nameOf } from './parts.ts'

const MOST = 200

const who = ({ words, telegram }: Page, phone: string | null): string =>
  phone === null ? words.calls.nobody : nameOf(telegram.world.account(phone))

const outcomeOf = ({ words }: Page, outcome: string | null): Html =>
  outcome === null
    ? html`
        <span class="soft">${words.calls.noAnswer}</span>
      `
    : html`
        <span class="badge ${outcome === 'ok' ? 'good' : 'bad'}">${outcome}</span>
      `

const lastOf = ({ telegram }: Page, most: number) => telegram.calls.slice(-most).reverse()

/** The last calls of clients in few words, the latest first. */
export const callList = (page: Page, most: number): Html => {
  const calls = lastOf(page, most)
  if (calls.length === 0) return emptyState(page.words.calls.empty)
  return html`
    <ul class="rows tight">
      ${calls.map(
        call => html`
          <li class="code-row">
            <span>
              <span class="mono">${call.method}</span>
              <small class="soft">
                ${who(page, call.phone)}, ${page.times.short(Math.floor(call.at / 1000), page.now)}
              </small>
            </span>
            ${outcomeOf(page, call.outcome)}
          </li>
        `,
      )}
    </ul>
  `
}

const callTable = (page: Page, most: number): Html => {
  const { words, times, now } = page
  const calls = lastOf(page, most)
  if (calls.length === 0) return emptyState(words.calls.empty)
  return html`
    <table>
      <thead>
        <tr>
          <th>${words.calls.method}</th>
          <th>${words.calls.outcome}</th>
          <th>${words.calls.who}</th>
          <th>${words.calls.when}</th>
        </tr>
      </thead>
      <tbody>
        ${calls.map(
          ({ method, outcome, phone, at }) => html`
            <tr>
              <td class="mono">${method}</td>
              <td>${outcomeOf(page, outcome)}</td>
              <td>${who(page, phone)}</td>
              <td class="soft">${times.short(Math.floor(at / 1000), now)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `
}

/** All that clients asked lately, and what nobody knew. */
export const callsPage = (page: Page): Html => {
  const { words, telegram } = page
  const unknown = telegram.unknownMethods
  return html`
    ${
      unknown.length > 0 &&
      html`
        <section class="card accent">
          <h2>${words.calls.unknown}</h2>
          <ul class="rows">
            ${unknown.map(
              ({ method, times }) => html`
                <li class="code-row">
                  <span class="mono">${method}</span>
                  <span class="soft">${words.calls.times(times)}</span>
                </li>
              `,
            )}
          </ul>
        </section>
      `
    }
    <section class="card wide">
      <h2>
        ${words.calls.title}
        <span class="count">${telegram.calls.length}</span>
      </h2>
      ${callTable(page, MOST)}
    </section>
  `
}
