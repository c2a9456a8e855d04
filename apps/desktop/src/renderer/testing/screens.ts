import { createFakeBridge, type FakeBridge, type Scenario } from './fake-bridge.ts'

// The real interface over the fake core, for looking at every screen: `screens.html?scenario=new&language=en#/welcome`.
const asked = new URLSearchParams(location.search)
const fake = createFakeBridge((asked.get('scenario') ?? 'full') as Scenario)
if (asked.get('language') === 'en') fake.state.settings.language = 'en'
Object.assign(window, { autotele: fake, fake } satisfies { autotele: FakeBridge; fake: FakeBridge })
await import('../main.ts')
