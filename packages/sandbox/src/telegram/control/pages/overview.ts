import type { Account } from '../../index.ts'
import { UNTIL_ONLINE } from '../../world/schedule.ts'
import type { Message } from '../../world/state.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { callList } from './calls.ts'
import { button, form } from './frame.ts'
import type { Page } from './frame.ts'
import { authorOf, avatar, contentOf, emptyState, nameOf, phoneOf, placeOf } from './parts.ts'

const RECENT = 8

const accountCard = (page: Page, account: Account): Html => {
  const { words, telegram } = page
  const { phone } = account
  const user = telegram.world.account(phone)
  const act = (label: string, action: string, tone: 'quiet' | 'danger' = 'quiet'): Html =>
    button(page, label, { action, fields: { phone }, tone })
  const refusal = user.sendRefusal
  return html`
    <article class="account" data-phone="${phone}">
      <div class="who">
        ${avatar(account.name)}
        <div>
          <h3>${account.name}</h3>
          <p class="mono soft">${phone}</p>
        </div>
        ${
          user.premium &&
          html`
            <span class="badge">${words.accounts.premium}</span>
          `
        }
      </div>
      <dl class="secrets">
        <div>
          <dt>${words.accounts.code}</dt>
          <dd class="mono">${telegram.codeFor(phone)}</dd>
        </div>
        <div>
          <dt>${words.accounts.password}</dt>
          <dd class="${account.password === null ? 'soft' : 'mono'}">
            ${account.password ?? words.accounts.noPassword}
          </dd>
        </div>
      </dl>
      ${
        refusal &&
        html`
          <p class="badge bad">${words.accounts.limited(refusal.text, refusal.once)}</p>
        `
      }
      <details data-key="account-${phone}">
        <summary>${words.accounts.more}</summary>
        <div class="row wrap">
          ${act(words.accounts.flood, 'account.flood')} ${act(words.accounts.peerFlood, 'account.peerFlood')}
          ${refusal && act(words.accounts.free, 'account.free')}
          ${act(words.accounts.online, 'account.online')}
          ${act(words.accounts.signOut, 'account.signOut', 'danger')}
        </div>
        ${form(
          page,
          { action: 'account.qr', fields: { phone }, className: 'row' },
          html`
            <input
              name="token"
              aria-label="${words.accounts.qr}"
              placeholder="${words.accounts.qrHint}"
              required
            />
            <button class="button">${words.accounts.accept}</button>
          `,
        )}
      </details>
    </article>
  `
}

const pendingCodes = ({ words, telegram }: Page): Html | null => {
  const pending = telegram.world.pendingCodes()
  if (pending.length === 0) return null
  return html`
    <section class="card accent">
      <h2>${words.accounts.codes}</h2>
      <ul class="rows">
        ${pending.map(
          ({ phone, delivery, code }) => html`
            <li class="code-row">
              <span class="mono">+${phone}</span>
              <span class="soft">${words.accounts.waitingFor(delivery)}</span>
              ${
                code === null
                  ? html`
                      <span class="soft">${words.accounts.anyCode}</span>
                    `
                  : html`
                      <strong class="mono big">${code}</strong>
                    `
              }
            </li>
          `,
        )}
      </ul>
    </section>
  `
}

// Sweden writes dates as a datetime-local field wants them.
const localInput = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })

/** The items of an album are one row of the queue. */
const albums = (messages: readonly Message[]): [Message, ...Message[]][] => {
  const rows = new Map<string, [Message, ...Message[]]>()
  for (const message of messages) {
    const key = `${message.from}/${message.peer}/${message.groupedId ?? `-${message.id}`}`
    const row = rows.get(key)
    if (row) row.push(message)
    else rows.set(key, [message])
  }
  return [...rows.values()]
}

const queueRow = (page: Page, items: [Message, ...Message[]]): Html => {
  const { words, times, telegram, now } = page
  const [message] = items
  const user = telegram.world.user(message.from)
  const fields = { phone: phoneOf(user), peer: message.peer, id: items.map(one => one.id) }
  const offset = telegram.clock.offset()
  const waits = message.date === UNTIL_ONLINE
  return html`
    <li class="message" data-peer="${message.peer}" data-id="${message.id}">
      <div class="when">
        ${
          waits
            ? html`
                <strong>${words.queue.untilOnline}</strong>
              `
            : html`
                <strong>${times.relative(message.date, now)}</strong>
                <time>${times.full(message.date)}</time>
                ${
                  Math.abs(offset) >= 1000 &&
                  html`
                    <small>
                      ${words.queue.realTime(times.full(message.date - Math.round(offset / 1000)))}
                    </small>
                  `
                }
              `
        }
      </div>
      <div class="what">
        <p class="meta">
          <strong>${placeOf(page, message)}</strong>
          <span class="soft">${words.queue.by(nameOf(user))}</span>
          ${
            items.length > 1 &&
            html`
              <span class="badge">${words.queue.album} × ${items.length}</span>
            `
          }
          ${
            message.silent &&
            html`
              <span class="badge">${words.queue.silent}</span>
            `
          }
          ${
            message.repeatSeconds !== null &&
            html`
              <span class="badge">${words.queue.repeats}</span>
            `
          }
        </p>
        ${contentOf(page, message)}
        <div class="row wrap tools">
          ${button(page, words.queue.publish, { action: 'queue.publish', fields })}
          <details data-key="edit-${message.peer}-${message.id}">
            <summary class="button quiet">${words.queue.change}</summary>
            ${form(
              page,
              { action: 'queue.edit', fields: { ...fields, id: message.id }, className: 'stack' },
              html`
                <label>
                  ${words.queue.text}
                  <textarea name="text" rows="3">${message.text}</textarea>
                </label>
                <label>
                  ${words.queue.due}
                  <input
                    type="datetime-local"
                    step="1"
                    name="date"
                    value="${waits ? '' : localInput.format(message.date * 1000).replace(' ', 'T')}"
                  />
                </label>
                <div><button class="button primary">${words.queue.save}</button></div>
              `,
            )}
          </details>
          ${button(page, words.queue.remove, { action: 'queue.remove', fields, tone: 'danger' })}
        </div>
      </div>
    </li>
  `
}

const publishedRow = (page: Page, message: Message): Html => {
  const { words, times, now } = page
  const author = authorOf(page, message)
  const chat = placeOf(page, message)
  return html`
    <li class="message">
      <div class="when"><time>${times.short(message.date, now)}</time></div>
      <div class="what">
        <p class="meta">
          <strong>${chat}</strong>
          ${
            author !== chat &&
            chat !== words.queue.self &&
            html`
              <span class="soft">${author}</span>
            `
          }
          ${
            message.fromScheduled &&
            html`
              <span class="badge good">${words.published.scheduled}</span>
            `
          }
        </p>
        ${contentOf(page, message)}
      </div>
    </li>
  `
}

/** Accounts, what waits, what was published, what clients asked. */
export const overviewPage = (page: Page): Html => {
  const { words, telegram } = page
  const queue = albums(telegram.world.queue())
  const published = telegram.world.published(RECENT)
  return html`
    <div class="columns">
      <div>
        <section class="card">
          <h2>
            ${words.queue.title}
            <span class="count">${queue.flat().length}</span>
          </h2>
          ${
            queue.length === 0
              ? emptyState(words.queue.empty, words.queue.emptyHint)
              : html`
                  <ul class="rows">
                    ${queue.map(items => queueRow(page, items))}
                  </ul>
                `
          }
        </section>
        <section class="card">
          <h2>${words.published.title}</h2>
          ${
            published.length === 0
              ? emptyState(words.published.empty)
              : html`
                  <ul class="rows">
                    ${published.map(message => publishedRow(page, message))}
                  </ul>
                `
          }
        </section>
      </div>
      <div>
        ${pendingCodes(page)}
        <section class="card">
          <h2>${words.accounts.title}</h2>
          ${telegram.accounts.map(account => accountCard(page, account))}
        </section>
        <section class="card">
          <h2>${words.calls.title}</h2>
          ${callList(page, RECENT)}
        </section>
      </div>
    </div>
  `
}
