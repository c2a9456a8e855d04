import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { vi } from 'vitest'
import { createApp, h, type Component } from 'vue'
import { createMemoryHistory, RouterView, type Router } from 'vue-router'
import { CoreKey, createCore, type Core } from '../core.ts'
import { createText, type Text } from '../i18n/index.ts'
import { en } from '../i18n/en/index.ts'
import { fr } from '../i18n/fr/index.ts'
import { TextKey } from '../lib/language.ts'
import { ClockKey } from '../lib/now.ts'
import { createAppRouter } from '../router.ts'
import { useSession } from '../stores/session.ts'
import { useSettings } from '../stores/settings.ts'
import { createFakeBridge, type FakeBridge, type Scenario } from './fake-bridge.ts'

// Pages are loaded when they are first shown, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

/** Until it no longer throws. */
export const eventually = <T>(attempt: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(attempt, { timeout: 20_000, interval: 20 })

type Options = {
  readonly scenario?: Scenario
  readonly fake?: FakeBridge
  readonly clock?: () => number
  readonly language?: 'fr' | 'en'
  readonly props?: Record<string, unknown>
}

const plugins = ({ scenario = 'full', clock, language = 'fr', ...rest }: Options) => {
  const fake = rest.fake ?? createFakeBridge(scenario, clock)
  const text: Text = createText(language, language === 'fr' ? fr : en)
  return { fake, core: createCore(fake), text, pinia: createPinia() }
}

const provided = (core: Core, text: Text, clock: Options['clock']) => ({
  [CoreKey as symbol]: core,
  [TextKey as symbol]: text,
  ...(clock === undefined ? {} : { [ClockKey as symbol]: clock }),
})

/** One component over the fake core, with everything that the application gives it. */
export async function mountWith(
  component: Component,
  options: Options = {},
): Promise<{ fake: FakeBridge; wrapper: VueWrapper; router: Router }> {
  const { fake, core, text, pinia } = plugins(options)
  const router = createAppRouter(createMemoryHistory())
  const wrapper = mount(component, {
    attachTo: document.body,
    props: options.props ?? {},
    global: { plugins: [pinia, text, router], provide: provided(core, text, options.clock) },
  })
  await useSession(pinia).load()
  await useSettings(pinia).load()
  await flushPromises()
  return { fake, wrapper, router }
}

/** What stores and composables give, inside an application without a page. */
export function withStores<T>(
  options: Options,
  setup: () => T,
): { fake: FakeBridge; result: T; end: () => void } {
  const { fake, core, text, pinia } = plugins(options)
  let result: { readonly value: T } | undefined
  const app = createApp({
    setup: () => {
      result = { value: setup() }
      return () => h('div')
    },
  })
  const values: Record<symbol, unknown> = provided(core, text, options.clock)
  for (const key of Object.getOwnPropertySymbols(values)) app.provide(key, values[key])
  app.use(pinia).use(text).mount(document.createElement('div'))
  if (result === undefined) throw new Error('The application did not start')
  return { fake, result: result.value, end: () => app.unmount() }
}

/** The routes as the person walks them, from a first address. */
export async function walk(start: string, options: Options = {}) {
  const mounted = await mountWith(RouterView, options)
  await mounted.router.push(start)
  await mounted.router.isReady()
  await settle()
  return mounted
}

/** Lets answers, lazy pages and watchers come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await flushPromises()
}

/** The field with this label, as a person would look for it. */
export function field(wrapper: VueWrapper, label: string) {
  const found = wrapper.findAll('label').find(one => one.text() === label)
  if (found === undefined) throw new Error(`No field labelled ${label}`)
  return wrapper.get(`[id="${found.attributes('for') ?? ''}"]`)
}

export function button(wrapper: VueWrapper, name: string) {
  const found = wrapper
    .findAll('button')
    .find(one => one.text() === name || one.attributes('aria-label') === name)
  if (found === undefined) throw new Error(`No button named ${name}`)
  return found
}
