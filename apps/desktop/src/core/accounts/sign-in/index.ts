import type { Handlers } from '../../../contract/index.ts'
import { createAttempts, type SignInDeps } from './attempts.ts'
import { phoneOf, signInByCode } from './by-code.ts'
import { signInByPicture } from './by-picture.ts'

export type { SignedInAccount } from './attempts.ts'
export { normalisePhone } from './by-code.ts'

export type SignInHandlers = Pick<
  Handlers,
  | 'accounts.signIn'
  | 'accounts.signInByQr'
  | 'accounts.refreshQr'
  | 'accounts.submitCode'
  | 'accounts.submitPassword'
  | 'accounts.resendCode'
  | 'accounts.cancelSignIn'
>

/** Phone or picture, code, password: one conversation per attempt. Codes and passwords live for one call and are kept nowhere. */
export function createSignIn(deps: SignInDeps): {
  readonly handlers: SignInHandlers
  readonly stop: () => Promise<void>
} {
  const attempts = createAttempts(deps)
  const { connected, end, find, finish, give, has } = attempts
  return {
    handlers: {
      ...signInByCode(deps, attempts),
      ...signInByPicture(deps, attempts),

      'accounts.submitPassword': ({ signInId, password }) => {
        const attempt = find(signInId)
        return attempt.inTurn(async () => {
          const answer = await (await connected(attempt)).checkPassword(password)
          if (!answer.ok) throw give(answer.error)
          return finish(attempt, answer.value)
        })
      },

      'accounts.cancelSignIn': async ({ signInId }) => {
        if (!has(signInId)) return {}
        const attempt = find(signInId)
        if (attempt.connection !== null && attempt.code !== null)
          await attempt.connection.cancelCode(phoneOf(attempt), attempt.code.hash)
        await end(attempt)
        return {}
      },
    },
    stop: attempts.stop,
  }
}
