import { z } from 'zod'
import type { TelegramSandbox } from '../index.ts'
import { BANNED_RIGHTS } from '../world/state.ts'
import type { PeerKey } from '../world/state.ts'

// What the forms of the page do. Each throws RpcError for what Telegram refuses, RangeError for what is not there.

const peer = z.custom<PeerKey>(
  value => typeof value === 'string' && /^(user|chat|channel):[1-9]\d*$/.test(value),
)
const id = z.coerce.number().int().positive()
const phone = z.string().regex(/^\+?\d{8,15}$/)
const many = <T extends z.ZodType>(item: T) =>
  z.union([item.transform(one => [one]), z.array(item)]).default([])

const forms = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('clock.move'),
    ms: z.coerce
      .number()
      .int()
      .min(0)
      .max(366 * 86_400_000),
  }),
  z.object({ do: z.literal('clock.due') }),
  z.object({ do: z.literal('clock.real') }),
  z.object({ do: z.literal('account.signOut'), phone }),
  z.object({ do: z.literal('account.flood'), phone }),
  z.object({ do: z.literal('account.peerFlood'), phone }),
  z.object({ do: z.literal('account.free'), phone }),
  z.object({ do: z.literal('account.online'), phone }),
  z.object({ do: z.literal('account.qr'), phone, token: z.string().trim().min(1).max(400) }),
  z.object({ do: z.literal('queue.publish'), phone, peer, id: many(id) }),
  z.object({ do: z.literal('queue.remove'), phone, peer, id: many(id) }),
  z.object({ do: z.literal('queue.edit'), phone, peer, id, text: z.string(), date: z.string() }),
  z.object({ do: z.literal('member.mute'), peer, user: id }),
  z.object({ do: z.literal('member.unmute'), peer, user: id }),
  z.object({ do: z.literal('member.out'), peer, user: id }),
  z.object({
    do: z.literal('chat.restrict'),
    peer,
    right: many(z.enum(BANNED_RIGHTS)),
    slow: z.coerce.number().int().min(0).max(86_400),
    price: z.coerce.number().int().min(0).max(10_000),
    restricted: z.literal('on').optional(),
  }),
  z.object({ do: z.literal('chat.topic'), peer, topic: id }),
  z.object({ do: z.literal('chat.migrate'), peer }),
  z.object({ do: z.literal('message.send'), peer, phone, text: z.string() }),
  z.object({ do: z.literal('message.edit'), peer, phone, id, text: z.string() }),
  z.object({ do: z.literal('message.delete'), peer, phone, id }),
])

type Form = z.infer<typeof forms>

/** Does what a form asks for; false for a form that is not one of the page's. */
export const perform = (telegram: TelegramSandbox, given: unknown): boolean => {
  const form = forms.safeParse(given)
  if (!form.success) return false
  act(telegram, form.data)
  return true
}

const act = (telegram: TelegramSandbox, form: Form): void => {
  const { world, clock } = telegram
  switch (form.do) {
    case 'clock.move':
      return clock.advanceWorld(form.ms)
    case 'clock.due': {
      const next = world.queue().find(message => message.date < UNTIL_ONLINE)
      return clock.advanceWorld(Math.max(0, (next?.date ?? 0) * 1000 - clock.now()))
    }
    case 'clock.real':
      return clock.advanceWorld(-clock.offset())
    case 'account.signOut':
      return telegram.revoke(form.phone)
    case 'account.flood':
      return world.refuseSends(form.phone, { code: 420, text: 'FLOOD_WAIT_30', once: true })
    case 'account.peerFlood':
      return world.refuseSends(form.phone, { code: 400, text: 'PEER_FLOOD', once: false })
    case 'account.free':
      return world.refuseSends(form.phone, null)
    case 'account.online':
      return world.comeOnline(world.account(form.phone))
    case 'account.qr':
      return telegram.acceptQr(form.token, form.phone)
    case 'queue.publish':
      return void world.publishScheduled(form.phone, form.peer, form.id)
    case 'queue.remove':
      return world.deleteScheduled(form.phone, form.peer, form.id)
    case 'queue.edit':
      return editQueued(telegram, form)
    case 'member.mute':
    case 'member.unmute':
    case 'member.out':
      return changeMember(telegram, form)
    case 'chat.restrict':
      return world.changeChat(form.peer, {
        defaultBanned: form.right,
        slowModeSeconds: form.slow,
        messagePrice: form.price,
        restricted: form.restricted !== undefined,
      })
    case 'chat.topic': {
      const topics = world.chats().find(one => one.peer === form.peer)?.chat.topics ?? null
      const turned = topics?.map(one => (one.id === form.topic ? { ...one, closed: !one.closed } : one))
      return world.changeChat(form.peer, { topics: turned ?? null })
    }
    case 'chat.migrate':
      return void world.migrate(form.peer)
    case 'message.send':
      return void world.send(form.phone, form.peer, { text: form.text })
    case 'message.edit':
      return void world.edit(form.phone, form.peer, form.id, form.text)
    case 'message.delete':
      return world.delete(form.phone, form.peer, [form.id])
  }
}

const UNTIL_ONLINE = 0x7ffffffe

type EditForm = Extract<Form, { do: 'queue.edit' }>

const editQueued = (
  { world }: TelegramSandbox,
  { phone: by, peer: to, id: which, text, date }: EditForm,
): void => {
  const message = world.scheduled(by, to).find(one => one.id === which)
  if (!message) throw new RangeError('no such scheduled message')
  // A date and time without a zone is one of this machine's zone (ECMA-262, Date Time String Format).
  const due = Math.floor(Date.parse(date) / 1000)
  world.editScheduled(by, to, which, {
    ...(text === message.text ? {} : { text }),
    ...(Number.isNaN(due) ? {} : { date: due }),
  })
}

type MemberForm = Extract<Form, { do: `member.${string}` }>

const changeMember = ({ world }: TelegramSandbox, form: MemberForm): void => {
  const user = world.user(form.user)
  const member = world.chats().find(one => one.peer === form.peer)?.chat.members[form.user]
  if (!user || !member) throw new RangeError('no such member')
  switch (form.do) {
    case 'member.mute':
      return world.setMember(form.peer, { user, bannedRights: ['send_messages'] })
    case 'member.unmute':
      return world.setMember(form.peer, { user })
    case 'member.out':
      return world.setMember(form.peer, { user, role: 'banned' })
  }
}
