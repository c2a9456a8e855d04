import { Router, type Request, type Response } from 'express'
import { newId } from '../ids.ts'
import type { Delivery, Webhook } from '../model.ts'
import { deliveryModel, webhookModel } from '../greenfield.ts'
import { permission } from '../permissions.ts'
import { guard, jsonBody, type Context } from './context.ts'
import { forbidden, invalid, notFound } from './replies.ts'
import { parseWebhook } from './requests.ts'

const collection = '/api/v1/stores/:storeId/webhooks'
const item = ['/api/v1/stores/:storeId/webhooks/:webhookId', '/api/v1/webhooks/:webhookId']
const below = (path: string) => item.map(prefix => prefix + path)

export function webhookRoutes(context: Context): Router {
  const { file, sender } = context
  const { state } = file
  const router = Router()
  const allowed = guard(context, permission.modifyWebhooks)

  function found(request: Request, response: Response): Webhook | undefined {
    const webhook = state.webhooks.find(({ id }) => id === request.params['webhookId'])
    if (!webhook) {
      if (request.params['storeId'] === undefined) forbidden(response, permission.modifyWebhooks)
      else notFound(response, 'webhook')
    }
    return webhook
  }

  function foundDelivery(request: Request, response: Response): Delivery | undefined {
    const webhook = found(request, response)
    if (!webhook) return undefined
    const delivery = sender.deliveriesOf(webhook.id).find(({ id }) => id === request.params['deliveryId'])
    if (!delivery) notFound(response, 'webhookdelivery')
    return delivery
  }

  router.get(collection, allowed, (_request, response) => {
    response.json(state.webhooks.map(webhookModel))
  })

  router.post(collection, allowed, jsonBody, (request, response) => {
    const wanted = parseWebhook(request.body)
    if ('errors' in wanted) return invalid(response, wanted.errors)
    const webhook = { ...wanted.value, id: newId(), secret: wanted.value.secret ?? newId() }
    state.webhooks.push(webhook)
    file.save()
    response.json({ ...webhookModel(webhook), secret: webhook.secret })
  })

  router.get(item, allowed, (request, response) => {
    const webhook = found(request, response)
    if (webhook) response.json(webhookModel(webhook))
  })

  router.put(item, allowed, jsonBody, (request, response) => {
    const webhook = found(request, response)
    if (!webhook) return
    const wanted = parseWebhook(request.body)
    if ('errors' in wanted) return invalid(response, wanted.errors)
    // A full replacement, but for the secret: left out, it stays.
    Object.assign(webhook, wanted.value, { secret: wanted.value.secret ?? webhook.secret })
    file.save()
    response.json(webhookModel(webhook))
  })

  router.delete(item, allowed, (request, response) => {
    const webhook = found(request, response)
    if (!webhook) return
    state.webhooks = state.webhooks.filter(({ id }) => id !== webhook.id)
    file.save()
    response.end()
  })

  router.get(below('/deliveries'), allowed, (request, response) => {
    const webhook = found(request, response)
    if (!webhook) return
    const count = Number(request.query['count'] ?? Infinity)
    response.json(sender.deliveriesOf(webhook.id).slice(0, count).map(deliveryModel))
  })

  router.get(below('/deliveries/:deliveryId'), allowed, (request, response) => {
    const delivery = foundDelivery(request, response)
    if (delivery) response.json(deliveryModel(delivery))
  })

  router.get(below('/deliveries/:deliveryId/request'), allowed, (request, response) => {
    const delivery = foundDelivery(request, response)
    if (!delivery) return
    if (delivery.body === null) return pruned(response)
    response.type('application/json').send(delivery.body)
  })

  router.post(below('/deliveries/:deliveryId/redeliver'), allowed, (request, response) => {
    const delivery = foundDelivery(request, response)
    if (!delivery) return
    const queued = sender.redeliver(delivery.webhookId, delivery.id)
    if ('error' in queued) return pruned(response)
    response.json(queued.id)
  })

  return router
}

function pruned(response: Response) {
  response
    .status(409)
    .json({ code: 'webhookdelivery-pruned', message: 'This webhook delivery has been pruned' })
}
