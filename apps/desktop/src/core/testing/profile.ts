import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProfile, type OpenData, type Profile } from '../profile.ts'
import { createSealedRecords } from '../vault/index.ts'
import { testPorts, type TestPorts } from './ports.ts'

export const TITLE = 'Quartier des Lilas'
export const PHONE = '33612345678'

/** A profile without the features: vault, settings, database, backup, as the core has them. */
export async function profileIn(
  folder: string,
  ports: TestPorts = testPorts(),
  stopFeatures: () => Promise<void> = () => Promise.resolve(),
) {
  const events: string[] = []
  let data: OpenData | null = null
  let profile: Profile
  const open = (): Promise<Profile> =>
    openProfile({
      ports,
      log: ports.log,
      emit: name => events.push(name),
      dataFolder: folder,
      version: '1.2.3',
      hosted: 'web',
      rounds: 100_000,
      always: () => ({ handlers: {}, stop: () => undefined }),
      openFeatures: opened => {
        data = opened
        return Promise.resolve({ handlers: {}, stop: stopFeatures, resume: () => undefined })
      },
      restart: async () => {
        await profile.close()
        profile = await open()
        await profile.start()
      },
    })
  profile = await open()
  await profile.start()
  return {
    folder,
    ports,
    events,
    data: (): OpenData => {
      if (data === null) throw new Error('the vault was never open')
      return data
    },
    profile: () => profile,
    call: <T>(name: string, input: unknown = {}) =>
      profile.call(name, input).then(answer => {
        if (!answer.ok) throw Object.assign(new Error(answer.error.code), { error: answer.error })
        return answer.data as T
      }),
    close: () => profile.close(),
  }
}
export type RunningProfile = Awaited<ReturnType<typeof profileIn>>

/** Two accounts with a session each, a chat, a plan with one message that waits, and a series. */
export function fillProfile({ data }: RunningProfile): void {
  const { database, vault, paths } = data()
  const { sealer } = vault
  for (const id of ['a1', 'a2']) {
    database.run(
      `INSERT INTO account (id, tg_user_id, sealed, premium, standing, added_at) VALUES (?, ?, ?, 0, 'signed-in', 1)`,
      ...[
        id,
        `${id}0`,
        sealer.sealText('account', id, JSON.stringify({ name: id, username: null, phone: PHONE })),
      ],
    )
    writeFileSync(join(paths.sessions, `${id}.session`), sealer.sealText('session', id, '{"key":"secret"}'))
  }
  database.run(
    `INSERT INTO chat (account_id, chat_id, position, present, kind, sealed, forum, can_post, admin, slow_mode_seconds)
     VALUES ('a1', '-1001', 0, 1, 'channel', ?, 0, 1, 1, 0)`,
    sealer.sealText('chat', 'a1/-1001', JSON.stringify({ title: TITLE })),
  )
  database.run(
    `INSERT INTO plan (id, account_id, token, time_zone, silent, link_preview, sealed, deliveries, created_at)
     VALUES ('p1', 'a1', 't', 'Europe/Paris', 0, 1, ?, 1, 1)`,
    sealer.sealText('plan', 'p1', 'words'),
  )
  database.run(
    `INSERT INTO delivery (seq, id, plan_id, account_id, chat_id, at, state, open, random_id, run)
     VALUES (1, 'd1', 'p1', 'a1', '-1001', 2000000000, 'queued', 1, '1', 0)`,
  )
  database.run(
    `INSERT INTO series (id, account_id, state, sealed, checked_until, created_at) VALUES ('s1', 'a1', 'active', ?, 1, 1)`,
    sealer.sealText('series', 's1', '{}'),
  )
  createSealedRecords(database, sealer, () => undefined).write('draft', 'composer', { text: 'Bonjour' })
}

export const draftOf = ({ data }: RunningProfile): unknown =>
  createSealedRecords(data().database, data().vault.sealer, () => undefined).read('draft', 'composer')

export const setDraft = ({ data }: RunningProfile, text: string): void =>
  createSealedRecords(data().database, data().vault.sealer, () => undefined).write('draft', 'composer', {
    text,
  })
