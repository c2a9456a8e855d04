import type { Asked, DeliveryId, DeliveryView, PlanId } from '../../../contract/index.ts'
import { useErrorText } from '../../i18n/errors.ts'
import { useText } from '../../i18n/index.ts'
import type { MessageKey } from '../../i18n/sentences.ts'
import { useToasts } from '../../ui/toasts.ts'
import { useDeliveries } from './store.ts'

type Draft = { readonly text: string; readonly entities: DeliveryView['entities'] }

/** What can be done with messages, each told in a notification that can take it back. True when something was asked. */
export function useActs() {
  const { t, plural } = useText()
  const explain = useErrorText()
  const deliveries = useDeliveries()
  const toasts = useToasts()

  const why = (failed: Asked['failed'][number]) => {
    const { what, next } = explain(failed)
    return `${what} ${next}`
  }

  function told(answer: Asked | null, said: MessageKey, back?: (ids: DeliveryId[]) => Promise<unknown>) {
    if (answer === null) return false
    const [first] = answer.failed
    toasts.show({
      tone: first === undefined ? 'good' : 'warn',
      title:
        answer.asked.length > 0 || first === undefined
          ? plural(said, answer.asked.length)
          : t('deliveries.undone'),
      ...(first === undefined
        ? {}
        : { text: plural('deliveries.failedSome', answer.failed.length, { why: why(first) }) }),
      ...(back === undefined || answer.asked.length === 0
        ? {}
        : {
            action: {
              label: t('deliveries.undo'),
              hint: t('deliveries.undoHint'),
              run: () => void back(answer.asked),
            },
          }),
    })
    return answer.asked.length > 0
  }

  const takeBack = async (ids: DeliveryId[]) => {
    if ((await deliveries.undo(ids)) !== null) toasts.show({ tone: 'good', title: t('deliveries.undone') })
  }

  return {
    takeBack,
    cancel: async (ids: DeliveryId[]) =>
      told(await deliveries.cancel(ids), 'deliveries.cancelling', takeBack),
    cancelPlans: async (ids: readonly PlanId[]) =>
      told(await deliveries.cancelPlans(ids), 'deliveries.cancelling', takeBack),
    sendNow: async (ids: DeliveryId[]) => told(await deliveries.sendNow(ids), 'deliveries.sending', takeBack),
    resolve: async (ids: DeliveryId[], keep: 'mine' | 'theirs') =>
      told(await deliveries.resolve(ids, keep), 'deliveries.kept'),
    edit: async (before: readonly DeliveryView[], { text, entities }: Draft) =>
      told(
        await deliveries.edit({ ids: before.map(({ id }) => id), text, entities }),
        'deliveries.edited',
        // Undone by the edits that lead back, one for each text there was.
        async ids => {
          for (const one of before.filter(({ id }) => ids.includes(id)))
            await deliveries.edit({ ids: [one.id], text: one.text, entities: one.entities })
        },
      ),
    move: async (
      before: readonly Pick<DeliveryView, 'id' | 'at'>[],
      to: (id: DeliveryId) => string,
      said: MessageKey = 'deliveries.moved',
    ) =>
      told(await deliveries.move(before.map(({ id }) => ({ id, to: to(id) }))), said, ids =>
        deliveries.move(before.filter(({ id }) => ids.includes(id)).map(({ id, at }) => ({ id, to: at }))),
      ),
  }
}
