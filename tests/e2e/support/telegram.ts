import type { TelegramSandbox } from '@autotele/sandbox/telegram'

/** What one account has in Telegram's queues, over all its chats, the first due first. */
export function queueOf(
  telegram: TelegramSandbox,
  phone: string,
): { chat: string; at: string; text: string }[] {
  return telegram.world
    .chats()
    .flatMap(({ peer, chat }) =>
      telegram.world.scheduled(phone, peer).map(message => ({
        chat: chat.title,
        at: new Date(message.date * 1000).toISOString(),
        text: message.text,
      })),
    )
    .sort((a, b) => a.at.localeCompare(b.at) || a.chat.localeCompare(b.chat))
}
