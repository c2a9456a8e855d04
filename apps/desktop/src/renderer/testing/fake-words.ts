import {
  AccountDefaults,
  type DraftId,
  type DraftSummary,
  type EventName,
  type Handlers,
  type MediaFile,
  type MediaId,
  type MethodName,
  type Payload,
  type PlanDraft,
  type TargetList,
  type TargetListId,
  type Template,
  type TemplateId,
} from '../../contract/index.ts'
import { chatsOf } from './data.ts'

type Names = Extract<
  MethodName,
  `${'templates' | 'lists' | 'drafts' | 'defaults' | 'messages' | 'media'}.${string}`
>
type WordHandlers = Pick<Handlers, Names>

/** What a person keeps in order not to write it again, and the files of a message, in memory. */
export function fakeWords(
  emit: <N extends EventName>(name: N, payload: Payload<N>) => void,
  now: () => string,
  full: boolean,
) {
  let made = 0
  let templates: Template[] = full
    ? [
        {
          id: 't1' as TemplateId,
          name: 'Rappel du marché',
          text: 'Rendez-vous samedi à 9 h, place des Lilas.',
          entities: [],
          silent: false,
          linkPreview: true,
          updatedAt: now(),
        },
        {
          id: 't0' as TemplateId,
          name: 'Fermeture exceptionnelle',
          text: 'La permanence est fermée ce jeudi. Merci de votre patience.',
          entities: [],
          silent: true,
          linkPreview: true,
          updatedAt: now(),
        },
      ]
    : []
  let lists: TargetList[] = full
    ? [
        {
          id: 'l1' as TargetListId,
          accountId: 'a1' as TargetList['accountId'],
          name: 'Le quartier',
          chats: chatsOf('a1')
            .slice(1, 4)
            .map(({ id, title }) => ({ id, title, state: 'ok' })),
          problems: 0,
          updatedAt: now(),
        },
      ]
    : []
  const drafts = new Map<DraftId, PlanDraft>()
  const files = new Map<MediaId, MediaFile>()
  const thumbnails = new Map<MediaId, string>()

  const handlers: WordHandlers = {
    'templates.list': () => templates,
    'templates.save': ({ id, ...words }) => {
      const one: Template = { ...words, id: id ?? (`t${String(++made + 1)}` as TemplateId), updatedAt: now() }
      templates = [...templates.filter(other => other.id !== one.id), one]
      emit('templates.changed', templates)
      return one
    },
    'templates.remove': ({ id }) => {
      templates = templates.filter(one => one.id !== id)
      emit('templates.changed', templates)
      return {}
    },
    'templates.reorder': ({ ids }) => {
      templates = ids.flatMap(id => templates.find(one => one.id === id) ?? [])
      emit('templates.changed', templates)
      return templates
    },
    'lists.list': ({ accountId }) => lists.filter(one => accountId === null || one.accountId === accountId),
    'lists.save': ({ id, accountId, name, chatIds }) => {
      const titles = new Map(chatsOf(accountId).map(chat => [chat.id, chat.title]))
      const one: TargetList = {
        id: id ?? (`l${String(++made + 1)}` as TargetListId),
        ...{ accountId, name, problems: 0, updatedAt: now() },
        chats: chatIds.map(chatId => ({ id: chatId, title: titles.get(chatId) ?? chatId, state: 'ok' })),
      }
      lists = [...lists.filter(other => other.id !== one.id), one]
      emit('lists.changed', {})
      return one
    },
    'lists.remove': ({ id }) => {
      lists = lists.filter(one => one.id !== id)
      emit('lists.changed', {})
      return {}
    },
    'drafts.list': () =>
      [...drafts].map(([id, draft]): DraftSummary => ({
        id,
        accountId: draft.accountId,
        beginning: draft.text.slice(0, 120),
        chats: draft.chatIds.length,
        dates: draft.dates.length,
        repeats: draft.mode === 'repeat',
        updatedAt: now(),
        current: false,
      })),
    'drafts.open': ({ id }) => {
      const draft = drafts.get(id)
      if (draft === undefined) throw new Error(`No draft ${id}`)
      return { id, draft }
    },
    'drafts.leave': () => ({}),
    'drafts.remove': ({ id }) => {
      drafts.delete(id)
      return {}
    },
    'defaults.get': ({ accountId }) => AccountDefaults.parse({ accountId, text: '' }),
    'defaults.save': given => given,
    'messages.test': ({ draft }) => ({ text: draft.text, entities: draft.entities }),
    'media.get': ({ ids }) => ids.flatMap(id => files.get(id) ?? []),
    'media.describe': ({ id, thumbnail, ...facts }) => {
      const file = files.get(id)
      if (file === undefined) throw new Error(`No file ${id}`)
      if (thumbnail !== undefined) thumbnails.set(id, thumbnail)
      const after: MediaFile = { ...file, ...(facts as Partial<MediaFile>), thumbnail: thumbnails.has(id) }
      files.set(id, after)
      return after
    },
    'media.thumbnail': ({ id }) => ({ base64: thumbnails.get(id) ?? null }),
    'media.read': () => ({ base64: '' }),
    'media.remove': () => ({}),
  }

  return {
    handlers,
    drafts,
    addFile: (file: { readonly name: string; readonly size: number; readonly type?: string }): MediaFile => {
      const mime = file.type ?? 'application/octet-stream'
      const id = (++made).toString(16).padStart(32, '0') as MediaId
      const kind = mime.startsWith('image/') ? 'photo' : mime.startsWith('video/') ? 'video' : 'document'
      const added: MediaFile = {
        ...{ id, kind, mime, name: file.name, size: file.size },
        ...{ width: null, height: null, duration: null, thumbnail: false },
      }
      files.set(id, added)
      return added
    },
  }
}
