import type { BannedRight, Chat, MediaKind, Member } from '../../world/state.ts'

/** What the page says, in the two languages of the product. */
export type Words = {
  readonly locale: 'fr' | 'en'
  readonly title: string
  readonly tagline: string
  readonly nav: { readonly overview: string; readonly chats: string; readonly calls: string }
  readonly units: { readonly day: string; readonly hour: string; readonly minute: string }
  readonly clock: {
    readonly label: string
    readonly real: string
    readonly moved: (distance: string) => string
    readonly minute: string
    readonly hour: string
    readonly day: string
    readonly nextDue: string
    readonly back: string
  }
  readonly accounts: {
    readonly title: string
    readonly phone: string
    readonly code: string
    readonly password: string
    readonly noPassword: string
    readonly premium: string
    readonly waitingFor: (delivery: string) => string
    readonly anyCode: string
    readonly codes: string
    readonly limited: (text: string, once: boolean) => string
    readonly more: string
    readonly signOut: string
    readonly flood: string
    readonly peerFlood: string
    readonly free: string
    readonly online: string
    readonly qr: string
    readonly qrHint: string
    readonly accept: string
  }
  readonly queue: {
    readonly title: string
    readonly empty: string
    readonly emptyHint: string
    readonly untilOnline: string
    readonly realTime: (when: string) => string
    readonly publish: string
    readonly change: string
    readonly text: string
    readonly due: string
    readonly save: string
    readonly remove: string
    readonly album: string
    readonly silent: string
    readonly repeats: string
    readonly self: string
    readonly by: (account: string) => string
  }
  readonly published: { readonly title: string; readonly empty: string; readonly scheduled: string }
  readonly calls: {
    readonly title: string
    readonly empty: string
    readonly method: string
    readonly when: string
    readonly who: string
    readonly outcome: string
    readonly nobody: string
    readonly noAnswer: string
    readonly unknown: string
    readonly times: (count: number) => string
  }
  readonly chats: {
    readonly title: string
    readonly kinds: Readonly<Record<Chat['kind'] | 'forum', string>>
    readonly people: (count: number) => string
    readonly waiting: (count: number) => string
    readonly members: string
    readonly roles: Readonly<Record<Member['role'], string>>
    readonly mute: string
    readonly unmute: string
    readonly out: string
    readonly back: string
    readonly restrictions: string
    readonly restrictionsHint: string
    readonly slow: string
    readonly slowOff: string
    readonly price: string
    readonly closedByTelegram: string
    readonly save: string
    readonly topics: string
    readonly close: string
    readonly open: string
    readonly migrate: string
    readonly migratedTo: string
    readonly messages: string
    readonly noMessages: string
    readonly write: string
    readonly writeAs: string
    readonly send: string
    readonly edit: string
    readonly delete: string
    readonly edited: string
    readonly service: string
  }
  readonly rights: Readonly<Partial<Record<BannedRight, string>>>
  readonly media: Readonly<Record<MediaKind, string>>
  readonly said: {
    readonly done: string
    readonly refused: (text: string) => string
    readonly gone: string
  }
  readonly forbidden: { readonly title: string; readonly text: string }
}
