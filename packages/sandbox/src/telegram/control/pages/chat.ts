import type { BannedRight, Chat, Message, PeerKey } from '../../world/state.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { button, form } from './frame.ts'
import type { Page } from './frame.ts'
import { authorOf, avatar, contentOf, emptyState, kindOf, nameOf, phoneOf } from './parts.ts'

const MOST_MESSAGES = 30

const memberRow = (
  page: Page,
  peer: PeerKey,
  userId: number,
  { role, bannedRights }: Chat['members'][string],
): Html => {
  const { words, telegram } = page
  const name = nameOf(telegram.world.user(userId))
  const fields = { peer, user: userId }
  const isOut = role === 'banned' || role === 'left'
  return html`
    <li class="person">
      ${avatar(name)}
      <div>
        <strong>${name}</strong>
        <span class="soft">${words.chats.roles[role]}</span>
        ${bannedRights.map(
          right => html`
            <span class="badge bad">${words.rights[right] ?? right}</span>
          `,
        )}
      </div>
      ${
        role !== 'creator' &&
        html`
          <div class="row">
            ${
              isOut
                ? button(page, words.chats.back, { action: 'member.unmute', fields, tone: 'quiet' })
                : html`
                    ${
                      bannedRights.length > 0
                        ? button(page, words.chats.unmute, { action: 'member.unmute', fields, tone: 'quiet' })
                        : button(page, words.chats.mute, { action: 'member.mute', fields, tone: 'quiet' })
                    }
                    ${button(page, words.chats.out, { action: 'member.out', fields, tone: 'danger' })}
                  `
            }
          </div>
        `
      }
    </li>
  `
}

const restrictions = (page: Page, peer: PeerKey, chat: Chat): Html => {
  const { words } = page
  const rights = Object.entries(words.rights) as [BannedRight, string][]
  return html`
    <section class="card">
      <h2>${words.chats.restrictions}</h2>
      <p class="soft">${words.chats.restrictionsHint}</p>
      ${form(
        page,
        { action: 'chat.restrict', fields: { peer }, className: 'stack' },
        html`
          <div class="checks">
            ${rights.map(
              ([right, label]) => html`
                <label class="check">
                  <input
                    type="checkbox"
                    name="right"
                    value="${right}"
                    ${
                      chat.defaultBanned.includes(right)
                        ? html`
                            checked
                          `
                        : null
                    }
                  />
                  ${label}
                </label>
              `,
            )}
          </div>
          <div class="pair">
            <label>
              ${words.chats.slow}
              <input type="number" name="slow" min="0" max="86400" value="${chat.slowModeSeconds}" />
            </label>
            <label>
              ${words.chats.price}
              <input type="number" name="price" min="0" max="10000" value="${chat.messagePrice}" />
            </label>
          </div>
          <label class="check">
            <input
              type="checkbox"
              name="restricted"
              ${
                chat.restricted
                  ? html`
                      checked
                    `
                  : null
              }
            />
            ${words.chats.closedByTelegram}
          </label>
          <div><button class="button primary">${words.chats.save}</button></div>
        `,
      )}
    </section>
  `
}

const topicList = (page: Page, peer: PeerKey, topics: NonNullable<Chat['topics']>): Html => {
  const { words } = page
  return html`
    <section class="card">
      <h2>${words.chats.topics}</h2>
      <ul class="rows">
        ${topics.map(
          ({ id, title, closed }) => html`
            <li class="person">
              <div>
                <strong>${title}</strong>
                <span class="soft mono">${id}</span>
              </div>
              ${button(page, closed ? words.chats.open : words.chats.close, {
                action: 'chat.topic',
                fields: { peer, topic: id },
                tone: 'quiet',
              })}
            </li>
          `,
        )}
      </ul>
    </section>
  `
}

const messageRow = (page: Page, message: Message): Html => {
  const { words, times, telegram, now } = page
  const author = telegram.world.user(message.from)
  const own = author?.login != null && message.action === null
  const fields = { phone: phoneOf(author), peer: message.peer, id: message.id }
  return html`
    <li class="message">
      <div class="when"><time>${times.short(message.date, now)}</time></div>
      <div class="what">
        <p class="meta">
          <strong>${authorOf(page, message)}</strong>
          ${
            message.fromScheduled &&
            html`
              <span class="badge good">${words.published.scheduled}</span>
            `
          }
          ${
            message.editDate !== null &&
            html`
              <span class="soft">${words.chats.edited}</span>
            `
          }
        </p>
        ${contentOf(page, message)}
        ${
          own &&
          html`
            <div class="row wrap tools">
              <details data-key="edit-${message.id}">
                <summary class="button quiet">${words.chats.edit}</summary>
                ${form(
                  page,
                  { action: 'message.edit', fields, className: 'stack' },
                  html`
                    <textarea name="text" rows="3" aria-label="${words.queue.text}">${message.text}</textarea>
                    <div><button class="button primary">${words.queue.save}</button></div>
                  `,
                )}
              </details>
              ${button(page, words.chats.delete, { action: 'message.delete', fields, tone: 'danger' })}
            </div>
          `
        }
      </div>
    </li>
  `
}

const composer = (page: Page, peer: PeerKey): Html => {
  const { words, telegram } = page
  return form(
    page,
    { action: 'message.send', fields: { peer }, className: 'stack composer' },
    html`
      <label>
        ${words.chats.write}
        <textarea name="text" rows="2" required></textarea>
      </label>
      <div class="row">
        <select name="phone" aria-label="${words.chats.writeAs}">
          ${telegram.accounts.map(
            ({ phone, name }) => html`
              <option value="${phone}">${name}</option>
            `,
          )}
        </select>
        <button class="button primary">${words.chats.send}</button>
      </div>
    `,
  )
}

// A basic group has no history of its own: that of any account in it is shown.
const messagesOf = ({ telegram: { world, accounts } }: Page, peer: PeerKey, chat: Chat): Message[] => {
  const rows =
    chat.kind === 'group' ? accounts.map(({ phone }) => world.history(phone, peer)) : [chat.posts.messages]
  const longest = rows.reduce((best, row) => (row.length > best.length ? row : best), [])
  return [...longest].slice(-MOST_MESSAGES).reverse()
}

/** One group or channel; null when there is none with this key. */
export const chatPage = (page: Page, key: string): { title: string; content: Html } | null => {
  const { words, telegram } = page
  const found = telegram.world.chats().find(one => one.peer === key)
  if (!found) return null
  const { peer, chat } = found
  const messages = messagesOf(page, peer, chat)
  const content = html`
    <div class="heading">
      ${avatar(chat.title)}
      <div>
        <h1>${chat.title}</h1>
        <p class="soft">
          ${kindOf(page, chat)} ·
          ${words.chats.people(chat.participants)}${
            chat.username === null
              ? null
              : html`
                  ·
                  <span class="mono">@${chat.username}</span>
                `
          }
          ·
          <span class="mono">${peer}</span>
        </p>
      </div>
      ${
        chat.migratedTo !== null
          ? html`
              <span class="badge warn">${words.chats.migratedTo}</span>
            `
          : chat.kind === 'group' &&
            button(page, words.chats.migrate, { action: 'chat.migrate', fields: { peer } })
      }
    </div>
    <div class="columns">
      <section class="card">
        <h2>${words.chats.messages}</h2>
        ${composer(page, peer)}
        ${
          messages.length === 0
            ? emptyState(words.chats.noMessages)
            : html`
                <ul class="rows">
                  ${messages.map(message => messageRow(page, message))}
                </ul>
              `
        }
      </section>
      <div>
        <section class="card">
          <h2>${words.chats.members}</h2>
          <ul class="rows">
            ${Object.entries(chat.members).map(([id, member]) => memberRow(page, peer, Number(id), member))}
          </ul>
        </section>
        ${chat.topics && topicList(page, peer, chat.topics)}
        ${chat.kind !== 'channel' && restrictions(page, peer, chat)}
      </div>
    </div>
  `
  return { title: chat.title, content }
}
