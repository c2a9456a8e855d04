import bigInt from 'big-integer'
import { failure, success, type Result } from '../../failure.ts'
import { classify, OFFLINE } from '../errors.ts'
import type {
  Answer,
  ConnectionOptions,
  LoginToken,
  Me,
  SentCode,
  SignedIn,
  TelegramConnection,
  TelegramFailure,
} from '../gateway.ts'
import { sentCodeOf } from './auth.ts'
import { UNREADABLE, type Calls } from './calls.ts'
import { Api, computeCheck } from './library.ts'
import type { Transport } from './transport.ts'
import { meOf } from './values.ts'

const OFFICIAL_APP_ONLY: TelegramFailure = {
  reaction: 'LOGIN',
  code: 'telegram/official-app-needed',
  rpc: 'code-for-official-apps',
}

type SigningIn = Pick<
  TelegramConnection,
  | 'sendCode'
  | 'resendCode'
  | 'cancelCode'
  | 'signIn'
  | 'loginToken'
  | 'passwordHint'
  | 'checkPassword'
  | 'logOut'
>

/** https://core.telegram.org/api/auth, https://core.telegram.org/api/srp */
export function signingIn(
  { ask, change, done, inTurn }: Calls,
  { moveTo }: Pick<Transport, 'moveTo'>,
  credentials: Pick<ConnectionOptions, 'apiId' | 'apiHash'>,
): SigningIn {
  const signedIn = (authorization: Api.auth.TypeAuthorization): Result<Me, TelegramFailure> => {
    if (authorization instanceof Api.auth.AuthorizationSignUpRequired)
      return failure(classify('PHONE_NUMBER_UNOCCUPIED', 400))
    return authorization.user instanceof Api.User ? success(meOf(authorization.user)) : failure(UNREADABLE)
  }
  /** What else there is asks to be paid for the code, which is for official applications. */
  const codeOf = (sent: Api.auth.TypeSentCode): Result<SentCode, TelegramFailure> =>
    sent instanceof Api.auth.SentCode ? success(sentCodeOf(sent)) : failure(OFFICIAL_APP_ONLY)

  const admitted = (
    answer: Result<Api.auth.TypeAuthorization, TelegramFailure>,
  ): Result<SignedIn, TelegramFailure> => {
    if (!answer.ok)
      return answer.error.rpc === 'SESSION_PASSWORD_NEEDED' ? success({ kind: 'password-needed' }) : answer
    const me = signedIn(answer.value)
    return me.ok ? success({ kind: 'signed-in', me: me.value }) : me
  }

  /** https://core.telegram.org/api/qr-login */
  const loginToken = async (except: readonly string[]): Answer<LoginToken> => {
    const asked = new Api.auth.ExportLoginToken({ ...credentials, exceptIds: except.map(id => bigInt(id)) })
    let answer: Result<Api.auth.TypeLoginToken, TelegramFailure> = await ask(asked)
    if (answer.ok && answer.value instanceof Api.auth.LoginTokenMigrateTo) {
      const { dcId, token } = answer.value
      if (!(await moveTo(dcId))) return failure(OFFLINE)
      answer = await ask(new Api.auth.ImportLoginToken({ token }))
    }
    if (!answer.ok) {
      const told = admitted(answer)
      return told.ok ? success(told.value) : told
    }
    const { value } = answer
    if (value instanceof Api.auth.LoginToken)
      return success({ kind: 'token', token: new Uint8Array(value.token), expires: value.expires })
    return value instanceof Api.auth.LoginTokenSuccess
      ? admitted(success(value.authorization))
      : failure(UNREADABLE)
  }

  const checkPassword = async (password: string): Answer<Me> => {
    // The SRP parameters are good for one try (core.telegram.org/api/srp), so they are asked for before each.
    for (let tries = 1; ; tries++) {
      const parameters = await ask(new Api.account.GetPassword())
      if (!parameters.ok) return parameters
      // It throws when Telegram proposes parameters that would give the password away.
      const proof = await computeCheck(parameters.value, password).catch(() => null)
      if (proof === null) return failure(UNREADABLE)
      const checked = await change(new Api.auth.CheckPassword({ password: proof }))
      if (checked.ok) return signedIn(checked.value)
      if (tries >= 2 || !['SRP_ID_INVALID', 'SRP_PASSWORD_CHANGED'].includes(checked.error.rpc))
        return checked
    }
  }

  return {
    sendCode: phone =>
      inTurn(async () => {
        const settings = new Api.CodeSettings({})
        const sent = await change(new Api.auth.SendCode({ phoneNumber: phone, ...credentials, settings }))
        return sent.ok ? codeOf(sent.value) : sent
      }),
    resendCode: (phone, hash) =>
      inTurn(async () => {
        const sent = await change(new Api.auth.ResendCode({ phoneNumber: phone, phoneCodeHash: hash }))
        return sent.ok ? codeOf(sent.value) : sent
      }),
    cancelCode: (phone, hash) =>
      inTurn(() => done(change(new Api.auth.CancelCode({ phoneNumber: phone, phoneCodeHash: hash })))),
    signIn: (phone, hash, code, by = 'phone') =>
      inTurn(async () => {
        const given =
          by === 'email'
            ? { emailVerification: new Api.EmailVerificationCode({ code }) }
            : { phoneCode: code }
        return admitted(
          await change(new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash: hash, ...given })),
        )
      }),
    loginToken: except => inTurn(() => loginToken(except)),
    passwordHint: () =>
      inTurn(async () => {
        const parameters = await ask(new Api.account.GetPassword())
        return parameters.ok ? success(parameters.value.hint ?? null) : parameters
      }),
    checkPassword: password => inTurn(() => checkPassword(password)),
    logOut: () => inTurn(() => done(change(new Api.auth.LogOut()))),
  }
}
