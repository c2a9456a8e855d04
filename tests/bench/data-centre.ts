import { startTelegram } from '@autotele/sandbox/telegram'
import { ACCOUNT, CHATS, CHATS_OF_IDLE, IDLE_ACCOUNTS, type Login, type Place } from './place.ts'

// The local data centre in a process of its own, so that what it costs is not counted as the client's.

const dc = await startTelegram({
  log: () => undefined,
  seed: world => {
    const add = ({ phone, code }: Login, firstName: string) =>
      world.addUser({ firstName, phone, login: { code } })
    const owner = add(ACCOUNT, 'Mesure')
    const idle = IDLE_ACCOUNTS.map((login, at) => add(login, `Repos ${at}`))
    for (let i = 0; i < CHATS; i++) {
      const chat = world.addChat({
        kind: 'supergroup',
        title: `Groupe ${i}`,
        members: [
          { user: owner, role: 'creator' },
          ...(i < CHATS_OF_IDLE ? idle : []).map(user => ({ user, role: 'member' as const })),
        ],
      })
      world.say(chat, owner, { text: 'Bonjour' })
    }
  },
})
const { host, port, dcId, rsaPublicKey, dataCentres } = dc
process.send?.({ host, port, dcId, rsaPublicKey, dataCentres } satisfies Place)
process.on('disconnect', () => void dc.stop().then(() => process.exit(0)))
