import {
  createRouter,
  createWebHashHistory,
  type Router,
  type RouteRecordRaw,
  type RouterHistory,
} from 'vue-router'
import { useOnboarding } from './features/onboarding/store.ts'
import type { MessageKey } from './i18n/sentences.ts'
import { useSession } from './stores/session.ts'

declare module 'vue-router' {
  // An interface, because it is extended by merging.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  interface RouteMeta {
    readonly title?: MessageKey
    /** Shown alone, without the navigation. */
    readonly bare?: true
    /** Its sentences are not among those of the first page. */
    readonly late?: true
    /** Shown whatever the state of the vault: it may be the very thing that is wrong. */
    readonly always?: true
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'messages' } },
  {
    path: '/welcome',
    name: 'welcome',
    component: () => import('./features/onboarding/WelcomePage.vue'),
    meta: { title: 'onboarding.title', bare: true },
  },
  {
    path: '/unlock',
    name: 'unlock',
    component: () => import('./features/unlock/UnlockPage.vue'),
    meta: { title: 'onboarding.unlockTitle', bare: true },
  },
  {
    path: '/messages',
    name: 'messages',
    component: () => import('./features/deliveries/DeliveriesPage.vue'),
    meta: { title: 'deliveries.title' },
  },
  {
    path: '/messages/import',
    name: 'import-csv',
    component: () => import('./features/deliveries/ImportPage.vue'),
    meta: { title: 'history.import' },
  },
  {
    path: '/calendar',
    name: 'calendar',
    component: () => import('./features/calendar/CalendarPage.vue'),
    meta: { title: 'calendar.title' },
  },
  {
    path: '/statistics',
    name: 'statistics',
    component: () => import('./features/deliveries/StatisticsPage.vue'),
    meta: { title: 'history.statistics' },
  },
  {
    path: '/compose',
    name: 'compose',
    component: () => import('./features/composer/ComposePage.vue'),
    meta: { title: 'composer.title' },
  },
  {
    path: '/compose/review',
    name: 'review',
    component: () => import('./features/composer/ReviewPage.vue'),
    meta: { title: 'composer.reviewTitle' },
  },
  {
    path: '/series',
    name: 'series',
    component: () => import('./features/series/SeriesPage.vue'),
    meta: { title: 'series.title' },
  },
  {
    path: '/accounts',
    name: 'accounts',
    component: () => import('./features/accounts/AccountsPage.vue'),
    meta: { title: 'accounts.title' },
  },
  {
    path: '/accounts/add',
    name: 'add-account',
    component: () => import('./features/accounts/AddAccountPage.vue'),
    meta: { title: 'accounts.addTitle' },
  },
  {
    path: '/accounts/import',
    name: 'import',
    component: () => import('./features/import/ImportPage.vue'),
    meta: { title: 'imports.title' },
  },
  {
    path: '/license',
    name: 'license',
    component: () => import('./features/license/LicensePage.vue'),
    meta: { title: 'license.title' },
  },
  {
    path: '/settings',
    component: () => import('./features/settings/SettingsFrame.vue'),
    meta: { late: true },
    children: [
      {
        path: '',
        name: 'settings',
        component: () => import('./features/settings/GeneralPage.vue'),
        meta: { title: 'settings.title' },
      },
      {
        path: 'pace',
        name: 'pace',
        component: () => import('./features/settings/PacePage.vue'),
        meta: { title: 'settings.sections.pace' },
      },
      {
        path: 'protection',
        name: 'protection',
        component: () => import('./features/protection/ProtectionPage.vue'),
        meta: { title: 'settings.sections.protection' },
      },
      {
        path: 'backup',
        name: 'backup',
        component: () => import('./features/backup/BackupPage.vue'),
        meta: { title: 'settings.sections.backup' },
      },
      {
        path: 'network',
        name: 'network',
        component: () => import('./features/settings/NetworkPage.vue'),
        meta: { title: 'settings.sections.network' },
      },
      {
        path: 'notifications',
        name: 'notices',
        component: () => import('./features/settings/NoticesPage.vue'),
        meta: { title: 'settings.sections.notices' },
      },
      {
        path: 'application',
        name: 'application',
        component: () => import('./features/settings/ApplicationPage.vue'),
        meta: { title: 'settings.sections.application' },
      },
      {
        path: 'log',
        name: 'logs',
        component: () => import('./features/logs/LogsPage.vue'),
        meta: { title: 'settings.sections.logs' },
      },
      {
        path: 'diagnostics',
        name: 'diagnostics',
        component: () => import('./features/diagnostics/DiagnosticsPage.vue'),
        meta: { title: 'settings.sections.diagnostics' },
      },
      {
        path: 'privacy',
        name: 'privacy',
        component: () => import('./features/privacy/PrivacyPage.vue'),
        meta: { title: 'settings.sections.privacy' },
      },
      {
        path: 'about',
        name: 'about',
        component: () => import('./features/about/AboutPage.vue'),
        meta: { title: 'settings.sections.about' },
      },
      {
        path: '/help',
        name: 'help',
        component: () => import('./features/help/HelpPage.vue'),
        meta: { title: 'settings.sections.help' },
      },
    ],
  },
  {
    path: '/templates',
    name: 'templates',
    component: () => import('./features/templates/TemplatesPage.vue'),
    meta: { title: 'shell.templates', late: true },
  },
  {
    path: '/accounts/:accountId/defaults',
    name: 'account-defaults',
    component: () => import('./features/templates/DefaultsPage.vue'),
    meta: { title: 'shell.defaults', late: true },
  },
  {
    path: '/trouble',
    name: 'trouble',
    component: () => import('./features/diagnostics/TroublePage.vue'),
    meta: { title: 'shell.trouble', bare: true, late: true, always: true },
  },
  {
    path: '/:rest(.*)*',
    name: 'not-found',
    component: () => import('./features/shell/NotFoundPage.vue'),
    meta: { title: 'shell.notFound' },
  },
]

export function createAppRouter(history: RouterHistory = createWebHashHistory()): Router {
  const router = createRouter({ history, routes })

  // Which screens exist follows from the vault; where the person wanted to go is kept for after the lock screen.
  router.beforeEach(async to => {
    const session = useSession()
    await session.known()
    const vault = session.data?.vault
    if (to.meta.always === true) return true
    if (vault === 'locked') {
      if (to.name === 'unlock') return true
      return { name: 'unlock', query: to.name === 'welcome' ? {} : { to: to.fullPath } }
    }
    const onboarding = useOnboarding()
    if (await onboarding.needed()) return to.name === 'welcome' || { name: 'welcome' }
    return to.name === 'unlock' || to.name === 'welcome' ? { name: 'messages' } : true
  })
  return router
}
