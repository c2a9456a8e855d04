import { createRouter, createWebHashHistory, type Router, type RouterHistory } from 'vue-router'
import { useOnboarding } from './features/onboarding/store.ts'
import type { MessageKey } from './i18n/sentences.ts'
import { useSession } from './stores/session.ts'

declare module 'vue-router' {
  // An interface, because it is extended by merging.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  interface RouteMeta {
    readonly title: MessageKey
    /** Shown alone, without the navigation. */
    readonly bare?: true
  }
}

const routes = [
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
    name: 'settings',
    component: () => import('./features/settings/SettingsPage.vue'),
    meta: { title: 'settings.title' },
  },
  {
    path: '/:rest(.*)*',
    name: 'not-found',
    component: () => import('./features/shell/NotFoundPage.vue'),
    meta: { title: 'shell.notFound' },
  },
] as const

export function createAppRouter(history: RouterHistory = createWebHashHistory()): Router {
  const router = createRouter({ history, routes: [...routes] })

  // Which screens exist follows from the vault; where the person wanted to go is kept for after the lock screen.
  router.beforeEach(async to => {
    const session = useSession()
    await session.known()
    const vault = session.data?.vault
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
