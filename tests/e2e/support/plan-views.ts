import type { Page } from 'playwright-core'
import type { Fake, View } from './views.ts'

// The states of the screens on the way to a plan: first start, accounts, chats, message, dates, review, licence, import.

type Window = typeof globalThis & { fake: Fake }
const HOUR = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString().replace(/\.\d+Z/, 'Z')

const submit = (page: Page) => page.locator('form button[type=submit]').last().click()
const failed = (page: Page) => page.getByTestId('error').first().waitFor()
const fail = (page: Page, name: string, code: string, params?: object) =>
  page.evaluate(([name, code, params]) => (globalThis as Window).fake.failNext(name, code, params), [
    name,
    code,
    params,
  ] as const)
/** From now on, a call of this name is never answered. */
const hang = (page: Page, name: string) =>
  page.evaluate(name => (globalThis as Window).fake.answer(name, () => new Promise(() => undefined)), name)
const go = (page: Page, address: string) =>
  page.evaluate(address => void (location.hash = address), `#${address}`)

async function toProtection(page: Page): Promise<void> {
  await submit(page)
  await page.locator('input[type=password]').first().waitFor()
}
async function toLicense(page: Page): Promise<void> {
  await toProtection(page)
  await page.locator('form .quiet').last().click()
  await page.locator('.point').first().waitFor()
}
async function toFirstAccount(page: Page): Promise<void> {
  await toLicense(page)
  await page.locator('.primary').click()
  await page.locator('input[type=tel]').waitFor()
}

async function askCode(page: Page): Promise<void> {
  await page.locator('input[type=tel]').fill('+33612345678')
  await submit(page)
  await page.locator('.code input').waitFor()
}
async function giveCode(page: Page, code: string): Promise<void> {
  await askCode(page)
  await page.locator('.code input').fill(code)
  await submit(page)
}

/** An account for each state of health, three at a time. */
async function accounts(page: Page, healths: readonly (readonly [string, string | null])[]): Promise<void> {
  await page.evaluate(
    ([healths, later]) => {
      const { fake } = globalThis as Window
      const names = ['Camille Moreau', 'Librairie du Canal', 'Association Les Trois Ponts']
      fake.emit(
        'accounts.changed',
        healths.map(([health, lastError], index) => ({
          ...{
            id: `h${String(index)}`,
            name: names[index % 3],
            username: index === 1 ? 'librairie_canal' : null,
          },
          ...{ phoneHint: `+33 •• •• •• ${String(12 + index * 7)}`, premium: index === 0, health, lastError },
          pausedUntil: health === 'paused' ? later : null,
          tried:
            health === 'blocked'
              ? [
                  { host: '149.154.167.50', port: 443, outcome: 'unreachable' },
                  { host: '149.154.167.91', port: 443, outcome: 'no-answer' },
                ]
              : [],
        })),
      )
    },
    [healths, inHours(1)] as const,
  )
}

/** The licence as another answer of the core would tell it. */
async function license(page: Page, change: object): Promise<void> {
  await page.evaluate(change => {
    const { fake } = globalThis as Window
    fake.state.license = { ...fake.state.license, ...change }
    fake.emit('license.changed', fake.state.license)
  }, change)
}
const checkout = (state: string, rest: object = {}) => ({
  checkout: {
    ...{ id: 'c1', checkoutUrl: 'https://payer.exemple.fr/i/9jWg2K', amount: '29.99', currency: 'EUR' },
    ...{ expiresAt: inHours(0.25), state, paidAmount: null },
    ...rest,
  },
})

/** A message as far as the review: text, three chats, a date. */
export async function write(page: Page): Promise<void> {
  await page.locator('textarea').first().fill('Bonjour {groupe},\nmarché samedi à 9 h, place des Lilas. 🥕')
  await choose(page, [1, 2, 4])
  await page.locator('.when .shortcuts button').nth(2).click()
  await page.locator('.preview .hour').waitFor()
}
async function choose(page: Page, indexes: readonly number[]): Promise<void> {
  const boxes = page.locator('.chats input[type=checkbox]:not(:disabled)')
  for (const index of indexes) await boxes.nth(index).check()
}
async function review(page: Page): Promise<void> {
  await page.locator('.action-bar .primary').click()
  await page.locator('h1', { hasText: /Vérifier|Check|Review/ }).waitFor()
}
const reviewed = (page: Page) => page.getByTestId('moment').first().waitFor()
async function confirm(page: Page): Promise<void> {
  await page.locator('.action-bar input[type=checkbox]').check()
  await page.locator('.action-bar .primary').click()
}

async function inspect(page: Page): Promise<void> {
  await page.locator('form input').first().fill('C:\\AutoTele')
  await submit(page)
  await page.getByTestId('found').first().waitFor()
}

export const planViews: readonly View[] = [
  {
    name: 'welcome-protect-wrong',
    ...{ address: '/welcome', scenario: 'new' },
    prepare: async page => {
      await toProtection(page)
      for (const [index, text] of ['abcd', 'abce'].entries())
        await page.locator('.password input').nth(index).fill(text)
      await submit(page)
    },
  },
  {
    name: 'welcome-protect-required',
    ...{ address: '/welcome', scenario: 'new' },
    prepare: async page => {
      await page.evaluate(() => {
        const { fake } = globalThis as Window
        fake.emit('app.changed', { ...fake.state.app, keyring: 'missing' })
      })
      await toProtection(page)
      await page.locator('.password input').first().fill('quatre mots sans')
    },
  },
  { name: 'welcome-license', address: '/welcome', scenario: 'new', prepare: toLicense },
  {
    name: 'welcome-license-offline',
    ...{ address: '/welcome', scenario: 'new' },
    prepare: async page => {
      await toLicense(page)
      await fail(page, 'license.startTrial', 'license/server-unreachable')
      await page.locator('.primary').click()
      await failed(page)
    },
  },
  {
    name: 'welcome-license-payment',
    ...{ address: '/welcome', scenario: 'new' },
    prepare: async page => {
      await toLicense(page)
      await page.locator('.row .secondary').click()
      await page.getByTestId('checkout').waitFor()
    },
  },
  {
    name: 'welcome-license-key',
    ...{ address: '/welcome', scenario: 'new' },
    prepare: async page => {
      await toLicense(page)
      await page.locator('.quiet-actions .quiet').first().click()
      await page.locator('form input').fill('ATL-????')
    },
  },
  { name: 'welcome-account', address: '/welcome', scenario: 'new', prepare: toFirstAccount },
  {
    name: 'welcome-offline',
    ...{ address: '/welcome', scenario: 'new' },
    prepare: page => page.evaluate(() => (globalThis as Window).fake.connect(false)),
  },
  {
    name: 'unlock-wrong',
    ...{ address: '/unlock', scenario: 'locked' },
    prepare: async page => {
      await page.locator('.password input').fill('sésame')
      await submit(page)
      await failed(page)
    },
  },
  {
    name: 'accounts-held',
    address: '/accounts',
    prepare: page =>
      accounts(page, [
        ['online', null],
        ['restricted', 'telegram/restricted'],
        ['frozen', 'telegram/frozen'],
        ['paused', 'telegram/wait'],
      ]),
  },
  {
    name: 'accounts-away',
    address: '/accounts',
    prepare: page =>
      accounts(page, [
        ['connecting', null],
        ['offline', 'telegram/unreachable'],
        ['blocked', 'telegram/unreachable'],
        ['session-duplicated', 'telegram/session-duplicated'],
      ]),
  },
  {
    name: 'accounts-remove',
    address: '/accounts',
    prepare: async page => {
      await page.locator('.actions .button:last-child').first().click()
      await page.getByRole('radio').first().waitFor()
    },
  },
  { name: 'accounts-add-code', address: '/accounts/add', prepare: askCode },
  {
    name: 'accounts-add-code-wrong',
    address: '/accounts/add',
    prepare: async page => {
      await giveCode(page, '99999')
      await failed(page)
    },
  },
  {
    name: 'accounts-add-password',
    address: '/accounts/add',
    prepare: async page => {
      await giveCode(page, '22222')
      await page.locator('input[type=password]').waitFor()
    },
  },
  {
    name: 'accounts-add-qr',
    address: '/accounts/add',
    prepare: async page => {
      await page.locator('form .quiet').first().click()
      await page.getByTestId('qr').waitFor()
    },
  },
  {
    name: 'compose-chats-loading',
    address: '/accounts',
    prepare: async page => {
      await hang(page, 'targets.list')
      await go(page, '/compose')
      await page.locator('.chats .loading').waitFor()
    },
  },
  {
    name: 'compose-chats-failed',
    address: '/accounts',
    prepare: async page => {
      await fail(page, 'targets.list', 'telegram/unreachable')
      await go(page, '/compose')
      await failed(page)
    },
  },
  {
    name: 'compose-chats-none',
    address: '/accounts',
    prepare: async page => {
      await page.evaluate(() =>
        (globalThis as Window).fake.answer('targets.list', () => ({
          chats: [],
          refreshedAt: '2027-01-05T08:00:00Z',
        })),
      )
      await go(page, '/compose')
      await page.locator('.chats .empty').waitFor()
    },
  },
  {
    name: 'compose-chats-no-match',
    address: '/compose',
    prepare: async page => {
      await page.locator('input[type=search]').fill('zèbre')
      await page.locator('.chats .empty').waitFor()
    },
  },
  {
    name: 'compose-chats-many',
    address: '/compose',
    prepare: async page => {
      await page.locator('.message select').first().selectOption('a2')
      await page.getByTestId('chat').nth(200).waitFor({ state: 'attached' })
      await page.locator('.foot button').first().click()
    },
  },
  {
    name: 'compose-chats-places',
    address: '/accounts',
    prepare: async page => {
      await page.evaluate(async () => {
        const { fake } = globalThis as Window
        const answer = await fake.call('targets.list', { accountId: 'a1' })
        const { chats } = answer.data as { chats: { id: string }[] }
        const more = {
          topics: [
            { id: 1, title: 'General', closed: false },
            { id: 4, title: 'Logistique', closed: false },
          ],
          sendAs: [
            { id: '1', title: 'Camille Moreau', premiumRequired: false },
            { id: '-1001', title: 'Annonces du quartier', premiumRequired: false },
          ],
        }
        const changed = chats.map(chat => (chat.id === '-1002' ? { ...chat, ...more } : chat))
        fake.answer('targets.list', () => ({ chats: changed, refreshedAt: '2027-01-05T08:00:00Z' }))
      })
      await go(page, '/compose')
      await choose(page, [2, 3, 4])
      await page.locator('.chats .places').waitFor()
      await page.locator('.chats').getByTestId('finding').first().waitFor()
    },
  },
  {
    name: 'compose-lists',
    address: '/compose',
    prepare: async page => {
      await choose(page, [1, 2])
      await page.getByRole('button', { name: /^(Listes|Lists)/ }).click()
      await page.locator('.saved-entry').first().waitFor()
    },
  },
  {
    name: 'compose-formatted',
    address: '/compose',
    prepare: async page => {
      const area = page.locator('textarea').first()
      await area.fill('Marché samedi, place des Lilas.')
      const select = (from: number, to: number) =>
        area.evaluate(
          (element, [from, to]) => {
            element.focus()
            ;(element as HTMLTextAreaElement).setSelectionRange(from, to)
          },
          [from, to] as const,
        )
      await select(0, 6)
      await page.keyboard.press('Control+b')
      await select(15, 30)
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'compose-too-long',
    address: '/compose',
    prepare: async page => {
      await page.locator('textarea').first().fill('Une phrase de trop. '.repeat(210))
      await page.locator('.counter [role=alert]').waitFor()
    },
  },
  {
    name: 'compose-unlicensed',
    address: '/compose',
    prepare: async page => {
      await license(page, { state: 'none', plan: null, canCreate: false })
      await page.locator('main .notices .banner').waitFor()
    },
  },
  {
    name: 'compose-drafts',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.page-header .button').first().click()
      await page.locator('.saved-menu').waitFor()
    },
  },
  {
    name: 'compose-discard',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.page-header .button').last().click()
      await page.getByRole('alertdialog').waitFor()
    },
  },
  {
    name: 'compose-calendar',
    address: '/compose',
    prepare: async page => {
      await page.locator('.when .beside').first().click()
      await page.locator('.popover table').waitFor()
    },
  },
  {
    name: 'compose-dates-many',
    address: '/compose',
    prepare: async page => {
      await page.locator('.when .shortcuts button').last().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'compose-dates-wrong',
    address: '/compose',
    prepare: async page => {
      await page.locator('.when .date input').nth(0).fill('32/13')
      await page.locator('.when .date input').nth(1).fill('25h')
      await page.keyboard.press('Tab')
      await page.locator('.when .field-error').first().scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'compose-dates-zone',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.when .combobox input').fill('new_york')
      await page.locator('.combobox-item').first().click()
      await page.locator('.when .shortcuts button').first().click()
      await page.getByTestId('date-words').nth(1).waitFor()
    },
  },
  {
    name: 'compose-repeat-month',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.when [role=tab]').nth(1).click()
      await page.locator('.when select').first().selectOption('month')
      await page.locator('.when .number input').nth(1).fill('31')
      await page.locator('.when select').last().selectOption('count')
      await page.locator('.when .number input').last().fill('12')
      await page.getByTestId('rule-date').first().waitFor()
    },
  },
  {
    name: 'review-blocked',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await choose(page, [3])
      await page.locator('.when .date input').nth(0).fill('01/01/2020')
      await review(page)
      await page.getByTestId('finding').first().waitFor()
    },
  },
  {
    name: 'review-warned',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await choose(page, [3, 5])
      await page.locator('.when .shortcuts button').nth(0).click()
      await review(page)
      await reviewed(page)
    },
  },
  {
    name: 'review-series',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await page.locator('.when [role=tab]').nth(1).click()
      await page.locator('.when input[type=checkbox]').nth(5).check()
      await page.getByTestId('rule-date').first().waitFor()
      await review(page)
      await reviewed(page)
    },
  },
  {
    name: 'review-many',
    address: '/compose',
    prepare: async page => {
      await page.locator('.message select').first().selectOption('a2')
      await page.getByTestId('chat').nth(200).waitFor({ state: 'attached' })
      await page.locator('.foot button').first().click()
      await page.locator('textarea').first().fill('Le programme de la semaine est en ligne. Bonne lecture !')
      await page.locator('.when .shortcuts button').nth(2).click()
      await page.locator('.when .shortcuts button').first().click()
      await review(page)
      await reviewed(page)
    },
  },
  {
    name: 'review-changed',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await review(page)
      await reviewed(page)
      await fail(page, 'plans.confirm', 'plan/changed-since-preview')
      await confirm(page)
      await page.locator('.banner.warn').first().waitFor()
    },
  },
  {
    name: 'review-failed',
    address: '/compose',
    prepare: async page => {
      await write(page)
      await review(page)
      await reviewed(page)
      await fail(page, 'plans.confirm', 'license/required')
      await confirm(page)
      await failed(page)
    },
  },
  {
    name: 'license-payment',
    address: '/license',
    prepare: page =>
      license(page, {
        state: 'none',
        plan: null,
        canCreate: false,
        licenseKey: null,
        ...checkout('awaiting_payment'),
      }),
  },
  {
    name: 'license-underpaid',
    address: '/license',
    prepare: page => license(page, checkout('underpaid', { paidAmount: '20.00' })),
  },
  {
    name: 'license-trial',
    address: '/license',
    prepare: page =>
      license(page, {
        ...{ state: 'trialing', plan: 'trial', validUntil: inHours(96), offlineUntil: inHours(96) },
        ...{ licenseKey: null, lastContact: inHours(-2) },
      }),
  },
  {
    name: 'license-expired',
    address: '/license',
    prepare: page =>
      license(page, {
        ...{ state: 'expired', canCreate: false, validUntil: inHours(-50), offlineUntil: inHours(-2) },
        ...checkout('expired'),
      }),
  },
  {
    name: 'license-away',
    address: '/license',
    prepare: async page => {
      await license(page, {
        ...{ state: 'warn', lastContact: inHours(-290), offlineUntil: inHours(46) },
        offer: { price: '29.99', currency: 'EUR', trialDays: 7, fromServer: false },
      })
      await fail(page, 'license.refresh', 'license/server-unreachable')
      await page.locator('.page-header .button').click()
      await failed(page)
    },
  },
  {
    name: 'license-denied',
    address: '/license',
    prepare: page => license(page, { state: 'denied', denial: 'device_removed', canCreate: false }),
  },
  { name: 'accounts-import-found', address: '/accounts/import', prepare: inspect },
  {
    name: 'accounts-import-failed',
    address: '/accounts/import',
    prepare: async page => {
      await fail(page, 'import.inspect', 'import/nothing-found')
      await page.locator('form input').first().fill('C:\\AutoTele')
      await submit(page)
      await failed(page)
    },
  },
  {
    name: 'accounts-import-done',
    address: '/accounts/import',
    prepare: async page => {
      await page.evaluate(() => {
        const { fake } = globalThis as Window
        fake.answer('import.drafts', () => [
          {
            id: 'x1',
            text: 'Rendez-vous dimanche à 10 h devant la mairie, avec vos gants et vos bonnes idées.',
            ...{ accountName: 'Nassim', accountId: 'a1', date: '2027-01-10T10:00', hours: [] },
            chats: [{ id: '-1004', title: 'Ciné-club de la rue Haute' }],
            warnings: ['text-cut'],
          },
          {
            id: 'x2',
            text: 'Bonjour à tous, bienvenue dans le groupe !',
            ...{ accountName: 'Camille', accountId: 'a1', date: null, hours: ['09:00', '18:30'] },
            ...{ chats: [], warnings: [] },
          },
        ])
      })
      await inspect(page)
      await page.locator('.banner input[type=checkbox]').check()
      await page.locator('main .row .primary').last().click()
      await page.getByTestId('import-done').waitFor()
    },
  },
]
