import type { PeerKey } from '../../world/state.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import type { Page } from './frame.ts'
import { avatar, kindOf } from './parts.ts'

const waitingIn = ({ telegram }: Page, peer: PeerKey): number =>
  telegram.world.queue().filter(message => message.peer === peer).length

/** All groups and channels. */
export const chatsPage = (page: Page): Html => {
  const { words, telegram } = page
  return html`
    <section class="card wide">
      <h2>${words.chats.title}</h2>
      <ul class="tiles">
        ${telegram.world.chats().map(({ peer, chat }) => {
          const waiting = waitingIn(page, peer)
          return html`
            <li>
              <a href="/chats/${peer}" class="tile">
                ${avatar(chat.title)}
                <span>
                  <strong>${chat.title}</strong>
                  <span class="soft">${kindOf(page, chat)} · ${words.chats.people(chat.participants)}</span>
                  ${
                    waiting > 0 &&
                    html`
                      <span class="badge">${words.chats.waiting(waiting)}</span>
                    `
                  }
                  ${
                    chat.migratedTo !== null &&
                    html`
                      <span class="badge warn">${words.chats.migratedTo}</span>
                    `
                  }
                </span>
              </a>
            </li>
          `
        })}
      </ul>
    </section>
  `
}
