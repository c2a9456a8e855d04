import type { Chat, Media, Message, User } from '../../world/state.ts'
import { keyOfUser } from '../../world/state.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import type { Page } from './frame.ts'

export const nameOf = (user: User | undefined): string =>
  user ? `${user.firstName} ${user.lastName}`.trim() : '?'

export const phoneOf = (user: User | undefined): string => `+${user?.phone ?? ''}`

/** A circle with initials, in one of six tints that belongs to the name. */
export const avatar = (name: string): Html => {
  const initials = name
    .split(/\s+/)
    .filter(word => /^\p{L}/u.test(word))
    .slice(0, 2)
    .map(word => word[0]?.toUpperCase() ?? '')
    .join('')
  const tint = [...name].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 6
  return html`
    <span class="avatar tint-${tint}" aria-hidden="true">${initials === '' ? '#' : initials}</span>
  `
}

/** Who is seen as the author: a channel, a name chosen, or the sender. */
export const authorOf = ({ telegram: { world } }: Page, message: Message): string => {
  const isPost = world.chats().some(one => one.peer === message.peer && one.chat.kind === 'channel')
  return world.titleOf(message.sendAs ?? (isPost ? message.peer : keyOfUser(message.from)))
}

const mediaKind = (page: Page, media: Media): string => page.words.media[page.telegram.world.mediaKind(media)]

/** What a message holds, in one paragraph. */
export const contentOf = (page: Page, message: Message): Html => {
  const { chats } = page.words
  if (message.action !== null)
    return html`
      <p class="soft">${chats.service} · ${message.action._}</p>
    `
  const badge =
    message.media &&
    html`
      <span class="badge">${mediaKind(page, message.media)}</span>
    `
  return html`
    <p class="content">
      ${badge}
      <span class="text">${message.text}</span>
    </p>
  `
}

/** Where a message stands, as its account sees it. */
export const placeOf = ({ telegram: { world }, words }: Page, message: Message): string =>
  message.peer === keyOfUser(message.from) ? words.queue.self : world.titleOf(message.peer)

/** What a chat is called. */
export const kindOf = ({ words }: Page, chat: Chat): string =>
  words.chats.kinds[chat.topics === null ? chat.kind : 'forum']

export const emptyState = (title: string, hint?: string): Html => html`
  <div class="empty">
    <p>${title}</p>
    ${
      hint === undefined
        ? null
        : html`
            <p class="soft">${hint}</p>
          `
    }
  </div>
`
