import type { Page } from 'playwright-core'
import { planViews, write } from './plan-views.ts'

/** One thing to look at: an address of the interface over the core in memory, and what is done there first. */
export type View = {
  readonly name: string
  readonly address: string
  readonly scenario?: 'full' | 'new' | 'locked' | 'quiet' | 'empty' | 'broken'
  prepare?(page: Page): Promise<void>
}

/** What a view does with the core in memory. */
export type Fake = {
  connect(connected: boolean): void
  failNext(name: string, code: string, params?: object): void
  answer(name: string, handler: (input: never) => unknown): void
  emit(name: string, payload: object): void
  call(name: string, input: object): Promise<{ readonly data: object }>
  readonly state: { readonly app: object; readonly settings: object; license: object }
}
type Window = typeof globalThis & { fake: Fake }

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click()
const dialog = (page: Page) => page.getByRole('dialog').waitFor()
const tick = (page: Page, name: RegExp) => page.getByRole('checkbox', { name }).first().check()

/** Three small pictures of one colour each: bitmaps, which every browser draws. */
const pictures = [0xd9783d, 0x3d9dd9, 0x5bb35f].map((colour, index) => {
  const [width, height] = [[48, 32] as const, [32, 32] as const, [32, 48] as const][index] ?? [32, 32]
  const buffer = Buffer.alloc(54 + width * height * 4)
  buffer.write('BM')
  buffer.writeUInt32LE(buffer.length, 2)
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
  ] as const)
    buffer.writeUInt32LE(value, at)
  buffer.writeUInt16LE(1, 26)
  buffer.writeUInt16LE(32, 28)
  for (let at = 54; at < buffer.length; at += 4) buffer.writeUInt32LE((colour | 0xff000000) >>> 0, at)
  return { name: `photo-${String(index + 1)}.bmp`, mimeType: 'image/bmp', buffer }
})

/** A licence whose seats are all taken. */
async function fullLicense(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { fake } = globalThis as Window
    const seats = ['Bureau de Léa', 'Portable de Nassim'].map((label, index) => ({
      ...{ deviceId: `device-${String(index)}`, label, lastSeen: '2027-01-02T10:00:00Z' },
    }))
    fake.state.license = { ...fake.state.license, seats }
    fake.failNext('license.activate', 'license/seat-limit', { limit: 2 })
  })
  const form = page.locator('form').last()
  await form.locator('input').first().fill('ATL-AAAA-BBBB')
  await form.locator('button[type=submit]').click()
  await page.getByTestId('seat').first().waitFor()
}

/** The last account is removed: before the first one there would be the first start. */
async function withoutAccounts(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { fake } = globalThis as Window
    const { data } = await fake.call('accounts.list', {})
    for (const { id } of data as { id: string }[])
      await fake.call('accounts.remove', { accountId: id, scheduled: 'keep' })
  })
}

async function withoutLicense(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { fake } = globalThis as Window
    const none = { state: 'none', plan: null, validUntil: null, offlineUntil: null, licenseKey: null }
    fake.state.license = { ...fake.state.license, ...none, canCreate: false }
    fake.emit('license.changed', fake.state.license)
  })
}

/** The program ended badly, and a newer version is there. */
async function crashed(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { fake } = globalThis as Window
    const answer = await fake.call('shell.get', {})
    fake.emit('shell.changed', {
      ...answer.data,
      crashedAt: '2027-01-05T08:00:00Z',
      update: { state: 'available', version: '0.2.0', notes: 'Le calendrier est plus rapide.', page: null },
    })
  })
  await page.locator('#application-crash').waitFor()
}

/** Every view of the interface, in words that hold in both languages. */
export const views: readonly View[] = [
  { name: 'welcome', address: '/welcome', scenario: 'new' },
  {
    name: 'welcome-protect',
    address: '/welcome',
    scenario: 'new',
    prepare: page => press(page, /^(Commencer|Start|Get started|Begin)/),
  },
  { name: 'unlock', address: '/unlock', scenario: 'locked' },
  { name: 'messages', address: '/messages' },
  { name: 'messages-empty', address: '/messages', scenario: 'quiet' },
  {
    name: 'messages-chosen',
    address: '/messages',
    prepare: async page => {
      await tick(page, /^(Choisir|Select) .*, .*23/)
    },
  },
  {
    name: 'message-detail',
    address: '/messages',
    prepare: async page => {
      await page.locator('[data-state=drifted] .chat').click()
      await dialog(page)
    },
  },
  {
    name: 'messages-edit',
    address: '/messages',
    prepare: async page => {
      await page.locator('[data-state=scheduled] input').first().check()
      await press(page, /^(Modifier le texte|Edit text|Edit the text)/)
      await dialog(page)
    },
  },
  {
    name: 'messages-move',
    address: '/messages',
    prepare: async page => {
      await page.locator('[data-state=scheduled] input').first().check()
      await press(page, /^(Changer la date|Change the date|Change date)/)
      await dialog(page)
    },
  },
  {
    name: 'messages-cancel',
    address: '/messages',
    prepare: async page => {
      await page.locator('[data-state=scheduled] input').first().check()
      await page.locator('.selection .danger').click()
      await page.getByRole('alertdialog').waitFor()
    },
  },
  {
    name: 'messages-export',
    address: '/messages',
    prepare: async page => {
      await press(page, /^(Exporter|Export)/)
      await dialog(page)
    },
  },
  { name: 'messages-import', address: '/messages/import' },
  {
    name: 'progress',
    address: '/messages',
    prepare: page => page.locator('[data-testid=progress] button').first().click(),
  },
  { name: 'calendar', address: '/calendar' },
  {
    name: 'calendar-week',
    address: '/calendar',
    prepare: page => page.getByRole('radio').nth(1).click(),
  },
  { name: 'calendar-day', address: '/calendar', prepare: page => page.getByRole('radio').nth(2).click() },
  { name: 'calendar-chats', address: '/calendar', prepare: page => page.getByRole('radio').nth(3).click() },
  { name: 'statistics', address: '/statistics' },
  { name: 'series', address: '/series' },
  { name: 'series-empty', address: '/series', scenario: 'quiet' },
  { name: 'compose', address: '/compose' },
  { name: 'compose-empty', address: '/compose', scenario: 'quiet', prepare: withoutAccounts },
  { name: 'compose-written', address: '/compose', prepare: write },
  {
    name: 'compose-album',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('input[type=file]').setInputFiles(pictures)
      await page.locator('[data-testid=album] img').nth(1).waitFor()
    },
  },
  {
    name: 'compose-templates',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await press(page, /^(Modèles|Templates)/)
      await page.locator('.saved-entry').first().waitFor()
    },
  },
  {
    name: 'compose-repeat',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.when [role=tab]').nth(1).click()
      await page.locator('.when input[type=checkbox]').nth(5).check()
    },
  },
  {
    name: 'review',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.action-bar .primary').click()
      await page.locator('[data-testid=moment]').first().waitFor()
    },
  },
  { name: 'accounts', address: '/accounts' },
  { name: 'accounts-empty', address: '/accounts', scenario: 'quiet', prepare: withoutAccounts },
  { name: 'accounts-add', address: '/accounts/add' },
  { name: 'accounts-import', address: '/accounts/import' },
  { name: 'license', address: '/license' },
  { name: 'license-none', address: '/license', scenario: 'quiet', prepare: withoutLicense },
  { name: 'license-devices', address: '/license', prepare: fullLicense },
  { name: 'settings', address: '/settings' },
  {
    name: 'settings-broken',
    address: '/settings',
    prepare: async page => {
      await page.evaluate(() => {
        const { fake } = globalThis as Window
        fake.emit('settings.changed', {
          ...fake.state.settings,
          problem: { code: 'settings/invalid', retryable: false, params: { key: 'rate_limit_delay' } },
        })
      })
      await page.getByTestId('error').waitFor()
    },
  },
  { name: 'pace', address: '/settings/pace' },
  { name: 'protection', address: '/settings/protection' },
  {
    name: 'protection-change',
    address: '/settings/protection',
    prepare: async page => {
      await press(page, /^(Changer la phrase|Change the passphrase)/)
      await dialog(page)
      await page.locator('.dialog input').nth(1).fill('quatre mots')
    },
  },
  { name: 'backup', address: '/settings/backup' },
  {
    name: 'backup-made',
    address: '/settings/backup',
    prepare: async page => {
      const fields = page.locator('.card form').first().locator('input')
      for (const index of [0, 1]) await fields.nth(index).fill('quatre mots sans rapport')
      await page.locator('.card form .primary').first().click()
      await page.locator('.banner.good').waitFor()
    },
  },
  {
    name: 'backup-preview',
    address: '/settings/backup',
    prepare: async page => {
      await press(page, /^(Voir la copie|See the copy)/)
      await dialog(page)
    },
  },
  { name: 'network', address: '/settings/network' },
  { name: 'notices', address: '/settings/notifications' },
  { name: 'application', address: '/settings/application' },
  { name: 'application-crash', address: '/settings/application', prepare: crashed },
  { name: 'log', address: '/settings/log' },
  { name: 'log-empty', address: '/settings/log', scenario: 'quiet' },
  { name: 'backup-empty', address: '/settings/backup', scenario: 'quiet' },
  { name: 'diagnostics', address: '/settings/diagnostics' },
  {
    name: 'diagnostics-done',
    address: '/settings/diagnostics',
    prepare: async page => {
      await page.locator('.empty button').click()
      await page.getByTestId('verdict').waitFor()
    },
  },
  {
    name: 'diagnostics-export',
    address: '/settings/diagnostics',
    prepare: async page => {
      await press(page, /^(Préparer|Prepare)/)
      await dialog(page)
      await page.locator('summary').first().click()
    },
  },
  { name: 'privacy', address: '/settings/privacy' },
  { name: 'about', address: '/settings/about' },
  { name: 'help', address: '/help' },
  { name: 'trouble', address: '/trouble', scenario: 'locked' },
  { name: 'repair', address: '/messages', scenario: 'broken' },
  { name: 'templates', address: '/templates' },
  { name: 'templates-empty', address: '/templates', scenario: 'quiet' },
  {
    name: 'templates-edit',
    address: '/templates',
    prepare: async page => {
      await press(page, /^(Modifier :|Edit:)/)
      await dialog(page)
    },
  },
  {
    name: 'templates-lists',
    address: '/templates',
    prepare: page => page.getByRole('tab').nth(1).click(),
  },
  {
    name: 'templates-drafts',
    address: '/templates',
    prepare: page => page.getByRole('tab').nth(2).click(),
  },
  { name: 'account-defaults', address: '/accounts/a1/defaults' },
  { name: 'not-found', address: '/nowhere' },
  {
    name: 'shortcuts',
    address: '/messages',
    prepare: async page => {
      await page.keyboard.press('?')
      await dialog(page)
    },
  },
  {
    name: 'palette',
    address: '/messages',
    prepare: async page => {
      await page.keyboard.press('Control+k')
      await page.getByRole('option').first().waitFor()
      await page.keyboard.type('ca')
    },
  },
  {
    name: 'offline',
    address: '/messages',
    prepare: page => page.evaluate(() => (globalThis as Window).fake.connect(false)),
  },
  ...planViews,
]

/** Opens a view and waits until it has come to rest. */
export async function openView(page: Page, origin: string, view: View, language = 'fr'): Promise<void> {
  const { scenario = 'full', address } = view
  // A change of the fragment alone would keep the state of the view before.
  await page.goto('about:blank')
  await page.goto(`${origin}screens.html?scenario=${scenario}&language=${language}#${address}`)
  await page.locator('h1').first().waitFor()
  await view.prepare?.(page)
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
}
