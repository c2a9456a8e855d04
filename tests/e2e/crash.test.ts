import { expect, test } from 'vitest'
import { compose, confirmPlan, setUp } from './support/app.ts'
import { setStage } from './support/stage.ts'
import { queueOf } from './support/telegram.ts'

const CHATS = ['📣 Quartier des Lilas', 'Voisins solidaires 🤝', 'Agenda culturel', 'Équipe bénévoles']
const TIMES = ['08:00', '10:30', '12:15', '18:00', '21:45']
const TOTAL = CHATS.length * TIMES.length

const stage = setStage(({ app, product }) => setUp(app, product.telegram.accounts[0]!))

test(
  'the core killed again and again while it places 20 messages: exactly 20 arrive, none twice',
  { timeout: 240_000 },
  async () => {
    const phone = stage.product.telegram.accounts[0]!.phone
    const date = new Date(Date.now() + 40 * 86_400_000)
    const typed = `${String(date.getDate()).padStart(2, '0')}/${String(date.getMonth() + 1).padStart(2, '0')}/${String(date.getFullYear())}`
    await compose(stage.app, {
      text: 'Répétition générale',
      chats: CHATS,
      dates: TIMES.map(time => ({ date: typed, time })),
    })
    await confirmPlan(stage.app, TOTAL)

    const kills: { placed: number; pid: number }[] = []
    for (const round of [1, 2, 3, 4, 5]) {
      const target = Math.min(TOTAL - 1, (round - 1) * 3 + 1)
      await expect
        .poll(() => queueOf(stage.product.telegram, phone).length, { timeout: 60_000, interval: 20 })
        .toBeGreaterThanOrEqual(target)
      // Anywhere within the 3 s between two sends, the send itself included.
      await new Promise(resolve => setTimeout(resolve, Math.random() * 3_200))
      const pid = stage.product.host?.corePid()
      if (pid == null) throw new Error('no core to kill')
      kills.push({ placed: queueOf(stage.product.telegram, phone).length, pid })
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => stage.product.host?.corePid() ?? pid, { timeout: 70_000 }).not.toBe(pid)
    }
    await expect
      .poll(() => queueOf(stage.product.telegram, phone).length, { timeout: 120_000 })
      .toBeGreaterThanOrEqual(TOTAL)
    // A late second copy would come with the reconciliation or the next send; the core says when it is done.
    await stage.app.page
      .getByText('Tout est placé chez Telegram')
      .or(stage.app.page.getByText('Programmé chez Telegram'))
      .first()
      .waitFor()
    const queue = queueOf(stage.product.telegram, phone)
    expect(new Set(kills.map(kill => kill.pid)).size).toBe(5)
    expect(queue, `killed at ${JSON.stringify(kills)}`).toHaveLength(TOTAL)
    expect(new Set(queue.map(message => `${message.chat} ${message.at}`)).size).toBe(TOTAL)
    // No request that placed something used an identifier of its own twice, and every identifier placed one message.
    const sends = stage.product.telegram.calls.filter(call => call.method === 'messages.sendMessage')
    expect(sends.length).toBeGreaterThanOrEqual(TOTAL)
    expect(new Set(sends.map(call => String(call.request['random_id']))).size).toBe(TOTAL)
  },
)
