import { Router } from 'express'
import { ROUTES } from '@autotele/shared'
import type { KeyRing } from '../licensing/index.ts'
import type { Database } from '../storage/database.ts'

/** Health, and the keys that anyone may have. */
export function opsRoutes(options: {
  readonly db: Database
  readonly keys: KeyRing
  readonly stopping: () => boolean
}): Router {
  const { db, keys, stopping } = options
  const router = Router()

  router.get('/livez', (_request, response) => {
    response.type('text/plain').send('ok\n')
  })

  // Ready: the database answers, its migrations are done (or we would not have started), and tokens can be signed.
  router.get('/readyz', async (_request, response) => {
    const check = async (work: () => Promise<unknown>) => {
      try {
        await work()
        return true
      } catch {
        return false
      }
    }
    const database = await check(() => db.$queryRaw`SELECT 1`)
    const signing = database && (await check(() => keys.current()))
    const ready = database && signing && !stopping()
    response
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ready, database, signing, stopping: stopping() })
  })

  router.get(ROUTES.jwks, async (_request, response) => {
    const { keys: published } = await keys.current()
    response.set('Cache-Control', 'public, max-age=300').json({ keys: published })
  })

  router.get(ROUTES.keySet, async (_request, response) => {
    const { keySet } = await keys.current()
    response.set('Cache-Control', 'public, max-age=300').type('application/jwt').send(keySet)
  })

  return router
}
