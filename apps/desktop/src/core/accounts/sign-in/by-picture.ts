import type { Handlers, SignInStep } from '../../../contract/index.ts'
import { CallFailure } from '../../failure.ts'
import { instantOf } from '../../time.ts'
import type { Attempt, Attempts, SignInDeps } from './attempts.ts'

/** A token is replaced this long before it expires, and never sooner than that after it was made. */
const RENEW_BEFORE_MS = 3000
const SHORTEST_TOKEN_MS = 5000

/** A telephone that is signed in reads a picture (https://core.telegram.org/api/qr-login). */
export function signInByPicture(
  { clock, signedInUsers }: SignInDeps,
  { begin, connected, find, finish, give, passwordStep }: Attempts,
): Pick<Handlers, 'accounts.signInByQr' | 'accounts.refreshQr'> {
  /** A token to show, or what became of the one that was shown. */
  const nextStep = async (attempt: Attempt): Promise<SignInStep> => {
    const ask = async () => (await connected(attempt)).loginToken(signedInUsers())
    let answer = await ask()
    // Confirmed too late, or cut off: another picture is all it takes.
    if (!answer.ok && (answer.error.reaction === 'OFFLINE' || answer.error.rpc.startsWith('AUTH_TOKEN_')))
      answer = await ask()
    if (!answer.ok) throw give(answer.error)
    switch (answer.value.kind) {
      case 'signed-in':
        return finish(attempt, answer.value.me)
      case 'password-needed': {
        const step = await passwordStep(attempt, await connected(attempt))
        attempt.qr = { step, renewFrom: Infinity }
        return step
      }
      case 'token': {
        const expiresAt = answer.value.expires * 1000 - attempt.clockOffset
        const renewFrom = Math.max(expiresAt - RENEW_BEFORE_MS, clock.now() + SHORTEST_TOKEN_MS)
        const token = Buffer.from(answer.value.token).toString('base64url')
        const step: SignInStep = {
          step: 'qr',
          signInId: attempt.id,
          url: `tg://login?token=${token}`,
          expiresAt: instantOf(expiresAt),
        }
        attempt.qr = { step, renewFrom }
        return step
      }
    }
  }

  return {
    'accounts.signInByQr': () => begin(null, nextStep),

    'accounts.refreshQr': ({ signInId }) =>
      find(signInId).inTurn(async () => {
        const attempt = find(signInId)
        const { qr } = attempt
        if (qr === null) throw new CallFailure('telegram/sign-in-over')
        const current = qr.renewFrom > clock.now() && attempt.connection !== null
        return current || qr.step.step !== 'qr' ? qr.step : nextStep(attempt)
      }),
  }
}
