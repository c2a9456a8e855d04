import { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'

// Bundled as the core is, then run by itself: signs in at the data centre that its argument describes, and prints who
// it is and how many chats it sees.
const { dataCentre, phone, code } = JSON.parse(process.argv[2] ?? '') as {
  readonly dataCentre: Parameters<typeof pointGramjsAt>[0]
  readonly phone: string
  readonly code: string
}
const line = createGramjsGateway(pointGramjsAt(dataCentre))({
  purpose: 'sign-in',
  session: null,
  apiId: 4242,
  apiHash: '0123456789abcdef0123456789abcdef',
  device: { appVersion: '9.9.9', language: 'fr' },
  onSession: () => undefined,
  onHint: () => undefined,
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  timers: {
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  },
  log: () => undefined,
})

const valueOf = <T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
  return answer.value
}
valueOf(await line.connect())
const { hash } = valueOf(await line.sendCode(phone))
const signedIn = valueOf(await line.signIn(phone, hash, code))
const { chats } = valueOf(await line.dialogs(null))
process.stdout.write(JSON.stringify({ kind: signedIn.kind, chats: chats.length }))
line.destroy()
