import { expect, test } from 'vitest'
import { confirm, draftOf, signedInMessaging } from '../telegram/testing/messaging-core.ts'

test('A1: seconds after it was confirmed, the message is in Telegram’s own queue', async () => {
  const core = await signedInMessaging()
  await confirm(core, draftOf(core.accountId))
  await core.time.advance(5000)
  const { scheduled } = core.dc.channel('1')
  expect(scheduled).toMatchObject([{ text: 'Bonjour à tous', at: Date.parse('2027-01-05T08:00:00Z') / 1000 }])
})

test('A1: with the application closed, it is published at its date all the same', async () => {
  const core = await signedInMessaging()
  await confirm(core, draftOf(core.accountId))
  await core.time.advance(5000)
  await core.stop()
  await core.time.advance(48 * 3600_000)
  core.dc.publishDue()
  expect(core.dc.channel('1').published).toHaveLength(1)
})
