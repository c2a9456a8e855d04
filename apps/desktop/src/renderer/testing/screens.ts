import { createFakeBridge, type FakeBridge, type Scenario } from './fake-bridge.ts'

// The real interface over the fake core, for looking at every screen: `screens.html?scenario=new#/welcome`.
const scenario = (new URLSearchParams(location.search).get('scenario') ?? 'full') as Scenario
const fake = createFakeBridge(scenario)
Object.assign(window, { autotele: fake, fake } satisfies { autotele: FakeBridge; fake: FakeBridge })
await import('../main.ts')
