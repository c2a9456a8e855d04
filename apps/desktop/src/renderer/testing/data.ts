import type {
  AccountId,
  AccountView,
  ChatId,
  ChatView,
  DeliveryId,
  DeliveryState,
  DeliveryView,
  ErrorCode,
  PlanId,
  SeriesId,
  SeriesView,
} from '../../contract/index.ts'
import { addDays, dayOf, toInstant } from '../lib/time.ts'

const account = (
  id: string,
  name: string,
  username: string | null,
  end: string,
  rest: Partial<AccountView> = {},
): AccountView => ({
  id: id as AccountId,
  name,
  username,
  phoneHint: `+33 •• •• •• ${end}`,
  premium: false,
  health: 'online',
  pausedUntil: null,
  lastError: null,
  tried: [],
  ...rest,
})

export const firstAccounts = (pausedUntil: string): AccountView[] => [
  account('a1', 'Camille Moreau', 'camille_m', '78', { premium: true }),
  account('a2', 'Librairie du Canal', 'librairie_canal', '12', { health: 'paused', pausedUntil }),
  account('a3', 'Association Les Trois Ponts', null, '40', {
    health: 'signed-out',
    lastError: 'telegram/signed-out',
  }),
]

const chat = (
  id: string,
  title: string,
  kind: ChatView['kind'],
  memberCount: number | null,
  rest: Partial<ChatView> = {},
): ChatView => ({
  id: id as ChatId,
  title,
  username: null,
  kind,
  forum: false,
  memberCount,
  canPost: true,
  mediaKinds: ['photo', 'video', 'animation', 'audio', 'voice', 'document'],
  paidStars: 0,
  admin: false,
  slowModeSeconds: 0,
  topics: [],
  sendAs: [],
  ...rest,
})

const chats: ChatView[] = [
  chat('100', 'Camille Moreau', 'saved', null),
  chat('-1001', 'Annonces du quartier', 'channel', 4812, { admin: true, username: 'annonces_quartier' }),
  chat('-1002', 'Bénévoles 2027', 'supergroup', 236, { admin: true, forum: true }),
  chat('-1003', 'Café des langues', 'supergroup', 1290, { slowModeSeconds: 3600 }),
  chat('-1004', 'Ciné-club de la rue Haute', 'supergroup', 318, { admin: true }),
  chat('-1005', 'Coopérative : commandes du jeudi', 'group', 42),
  chat('-1006', 'Éditions Mirabelle', 'channel', 15320, { canPost: false }),
  chat('-1007', 'Fêtes et marchés', 'channel', 902, { admin: true }),
  chat('-1008', 'Jardin partagé', 'supergroup', 87),
  chat('-1009', 'Voisins du 14', 'group', 23, { canPost: false }),
  chat('200', 'Noé Lambert', 'user', null),
]

/** The second account is in many groups, to see a long list. */
export const chatsOf = (accountId: string): ChatView[] =>
  accountId === 'a2'
    ? Array.from({ length: 300 }, (_, index) =>
        chat(
          `-2${String(1000 + index)}`,
          `Groupe de lecture n° ${String(index + 1)}`,
          'supergroup',
          20 + index,
        ),
      )
    : chats

const texts = [
  'Réunion de préparation ce soir à 19 h, salle des fêtes. Pensez à apporter vos idées 🙂',
  'Le programme de la semaine est en ligne. Bonne lecture !',
  'Distribution des paniers jeudi de 17 h à 19 h, comme d’habitude.',
]

export function deliveriesOf(now: number): DeliveryView[] {
  const zone = 'Europe/Paris'
  const today = dayOf(now, zone)
  const rows: [number, string, number, string, DeliveryState, (ErrorCode | null)?][] = [
    [-1, '09:00', 1, 'a1', 'published'],
    [-1, '18:30', 2, 'a1', 'cancelled'],
    [0, '23:10', 1, 'a1', 'scheduled'],
    [0, '23:10', 3, 'a1', 'sending'],
    [0, '23:30', 2, 'a2', 'queued'],
    [1, '09:00', 1, 'a1', 'scheduled'],
    [1, '09:00', 4, 'a1', 'uncertain'],
    [1, '09:00', 8, 'a1', 'failed', 'telegram/not-allowed-in-chat'],
    [1, '18:00', 5, 'a2', 'paused', 'telegram/wait'],
    [4, '12:15', 7, 'a1', 'drifted'],
    [4, '12:15', 2, 'a1', 'scheduled'],
  ]
  return rows.map(([days, time, index, accountId, state, error = null], n) => {
    const local = `${addDays(today, days)}T${time}`
    return {
      id: `d${String(n)}` as DeliveryId,
      planId: 'p1' as PlanId,
      accountId: accountId as AccountId,
      chatId: chats[index]?.id ?? ('0' as ChatId),
      chatTitle: chats[index]?.title ?? '',
      at: toInstant(local, zone).replace('.000Z', 'Z'),
      local,
      timeZone: n === 9 ? 'America/New_York' : zone,
      text: texts[n % texts.length] ?? '',
      entities: [],
      state,
      error,
      notBefore: null,
      silent: false,
      linkPreview: true,
      media: [],
      topic: null,
      sendAs: null,
      planPaused: false,
      pending: null,
      drift:
        state === 'drifted'
          ? {
              at: toInstant(`${addDays(today, days)}T14:00`, zone).replace('.000Z', 'Z'),
              local: `${addDays(today, days)}T14:00`,
              text: 'Distribution des paniers jeudi de 18 h à 20 h.',
              entities: [],
              media: false,
            }
          : null,
      publishedAt: state === 'published' ? toInstant(local, zone).replace('.000Z', 'Z') : null,
      link: state === 'published' ? 'https://t.me/amis_quartier/12' : null,
    }
  })
}

export function seriesOf(now: number): SeriesView[] {
  const zone = 'Europe/Paris'
  const day = dayOf(now, zone)
  const at = (days: number) => toInstant(`${addDays(day, days)}T09:00`, zone).replace('.000Z', 'Z')
  const rule = {
    from: day,
    time: '09:00',
    frequency: { unit: 'week', every: 1, days: [2, 5] },
    end: { kind: 'never' },
  } satisfies SeriesView['rule']
  const some = chats.slice(1, 5).map(({ id, title }) => ({ id, title }))
  const one = {
    accountId: 'a1' as AccountId,
    chats: some,
    text: texts[0] ?? '',
    entities: [],
    rule,
    timeZone: zone,
    waiting: null,
    media: [],
    missed: 0,
  }
  return [
    {
      ...one,
      id: 's1' as SeriesId,
      state: 'active',
      next: { at: at(2), local: `${addDays(day, 2)}T09:00`, adjustment: 'none' },
      reserveUntil: at(28),
      atTelegram: 32,
      here: 0,
    },
    {
      ...one,
      id: 's2' as SeriesId,
      rule: {
        ...rule,
        frequency: { unit: 'month', every: 1, on: { by: 'weekday', nth: -1, weekday: 5 } },
        end: { kind: 'count', count: 12 },
      },
      state: 'paused',
      next: null,
      reserveUntil: null,
      atTelegram: 0,
      here: 0,
      missed: 1,
    },
  ]
}
