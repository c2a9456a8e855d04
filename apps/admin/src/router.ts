import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router'
import type { AdminRouteName } from '@autotele/shared'
import type { MessageKey } from './i18n/index.ts'
import { useSession } from './stores/session.ts'

declare module 'vue-router' {
  // An interface, because it is extended by merging.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  interface RouteMeta {
    readonly title: MessageKey
    /** Shown alone, to whoever is not signed in. */
    readonly bare?: true
    /** The route of the server's without which the page has nothing to show. */
    readonly needs?: AdminRouteName
  }
}

/** A page of its own file, which is only loaded when it is looked at. */
const page = (
  path: string,
  name: string,
  title: MessageKey,
  component: RouteRecordRaw['component'],
  meta: { needs?: AdminRouteName; bare?: true } = {},
): RouteRecordRaw => ({ path, name, component: component as never, meta: { title, ...meta } })

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'attention' } },
  page('/sign-in', 'sign-in', 'account.signIn', () => import('./features/account/SignInPage.vue'), {
    bare: true,
  }),
  page('/enrol/:secret?', 'enrol', 'account.enrol', () => import('./features/account/EnrolPage.vue'), {
    bare: true,
  }),
  page('/attention', 'attention', 'attention.title', () => import('./features/attention/AttentionPage.vue')),
  page('/licenses', 'licenses', 'licenses.title', () => import('./features/licenses/LicensesPage.vue')),
  page('/licenses/:id', 'license', 'licenses.one', () => import('./features/licenses/LicensePage.vue')),
  page('/devices', 'devices', 'licenses.devices', () => import('./features/licenses/DevicesPage.vue')),
  page('/trials', 'trials', 'licenses.trials', () => import('./features/licenses/TrialsPage.vue')),
  page(
    '/checkouts',
    'checkouts',
    'payments.checkouts',
    () => import('./features/payments/CheckoutsPage.vue'),
  ),
  page('/invoices', 'invoices', 'payments.invoices', () => import('./features/payments/InvoicesPage.vue')),
  page('/inbox', 'inbox', 'payments.inbox', () => import('./features/payments/InboxPage.vue')),
  page(
    '/statistics',
    'statistics',
    'statistics.title',
    () => import('./features/statistics/StatisticsPage.vue'),
  ),
  page('/keys', 'keys', 'keys.title', () => import('./features/system/KeysPage.vue')),
  page(
    '/administrators',
    'administrators',
    'people.administrators',
    () => import('./features/people/AdministratorsPage.vue'),
    {
      needs: 'listAdministrators',
    },
  ),
  page('/tokens', 'tokens', 'people.tokens', () => import('./features/people/TokensPage.vue'), {
    needs: 'listTokens',
  }),
  page('/audit', 'audit', 'audit.title', () => import('./features/system/AuditPage.vue')),
  page('/account', 'account', 'account.title', () => import('./features/account/AccountPage.vue')),
  { path: '/:rest(.*)', redirect: { name: 'attention' } },
]

/** Addresses behind the hash: what stands there, an enrolment's secret above all, never reaches a server's log. */
export function createConsoleRouter(): Router {
  const router = createRouter({ history: createWebHashHistory(), routes })
  const session = useSession()
  let asked = false

  router.beforeEach(async to => {
    if (to.name === 'enrol') return true
    if (!asked) {
      asked = true
      await session.load()
    }
    if (to.meta.bare) return session.data ? { name: 'attention' } : true
    if (!session.data) return { name: 'sign-in', query: to.path === '/attention' ? {} : { to: to.fullPath } }
    return to.meta.needs === undefined || session.may(to.meta.needs) ? true : { name: 'attention' }
  })
  return router
}
