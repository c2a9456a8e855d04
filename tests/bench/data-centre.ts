import { startTelegram } from '@autotele/sandbox/telegram'

// The local data centre in a process of its own, so that what it costs is not counted as the client's.

export const CHATS = 1000
export const ACCOUNT = { phone: '33639980009', code: '24680' }

/** What a measuring process has to know of it. */
export type Place = {
  readonly host: string
  readonly port: number
  readonly dcId: number
  readonly rsaPublicKey: string
  readonly dataCentres: readonly { readonly id: number; readonly port: number }[]
}

if (process.send) {
  const dc = await startTelegram({
    log: () => undefined,
    seed: world => {
      const owner = world.addUser({
        firstName: 'Mesure',
        phone: ACCOUNT.phone,
        login: { code: ACCOUNT.code },
      })
      for (let i = 0; i < CHATS; i++) {
        const chat = world.addChat({
          kind: 'supergroup',
          title: `Groupe ${i}`,
          members: [{ user: owner, role: 'creator' }],
        })
        world.say(chat, owner, { text: 'Bonjour' })
      }
    },
  })
  const { host, port, dcId, rsaPublicKey, dataCentres } = dc
  process.send({ host, port, dcId, rsaPublicKey, dataCentres } satisfies Place)
  process.on('disconnect', () => void dc.stop().then(() => process.exit(0)))
}
