import type { AccountId } from '../../contract/index.ts'
import type { OutgoingMedia, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import type { DeliveryDeps } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import { createUploads } from './uploads.ts'
import type { OtherContent } from './wish-store.ts'

// A file that another device has exchanged is put back by an edit of the message that carries it, in an album one message
// after another (https://core.telegram.org/method/messages.editMessage). An edit says how a message is to be: asked for
// again after a kill, it changes nothing more.

/** What goes to which place of a message. */
export type PutBack = Pick<OutgoingMedia, 'file' | 'spoiler'> & { readonly place: number }

/** `ready` with the next file at Telegram, or with none where all are in place; `more` after one step on the way there. */
export type RestoreStep =
  | { readonly kind: 'ready'; readonly file: PutBack | null }
  | { readonly kind: 'more' }
  | { readonly kind: 'failed'; readonly failure: TelegramFailure }

/** Brings the files of one account that are to be put back. */
export function createRestore(accountId: AccountId, store: DeliveryStore, deps: DeliveryDeps) {
  const { wishes } = store
  const uploads = createUploads(accountId, deps)

  /** Places whose file is not the one they are to have, as far as anybody knows. */
  const placesOf = (row: StoredDelivery, { restored, files, media }: OtherContent): readonly number[] => {
    const theirs = wishes.content(row, 'theirs')?.files
    const wanted = files ?? wishes.filesOf(row.seq)
    const differs = (place: number): boolean => !wanted?.[place] || theirs?.[place] !== wanted[place]
    return [...media.keys()].filter(place => restored?.includes(place) !== true && differs(place))
  }

  return {
    /** One step towards a file that is to be put back: at most one request. */
    step: async (
      line: TelegramConnection,
      row: StoredDelivery,
      content: OtherContent,
    ): Promise<RestoreStep> => {
      // The first message last: its request brings text and date, and ends the wish.
      const place = placesOf(row, content).at(-1)
      const wanted = place === undefined ? undefined : store.content(row).files[place]
      if (place === undefined || wanted === undefined) return { kind: 'ready', file: null }
      const step = await uploads.step(line, [wanted])
      if (step.kind !== 'ready') return step
      const [file] = step.files
      return file === undefined
        ? { kind: 'more' }
        : { kind: 'ready', file: { place, file, spoiler: wanted.spoiler } }
    },
    /** Telegram takes the files of a message no longer as they are. */
    forget: (row: StoredDelivery): void => uploads.forget(store.content(row).files),
  }
}
