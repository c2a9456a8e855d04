import { ADMIN_HEADER, type Role } from '@autotele/shared'
import { createAdministrators, createPasswords } from '../admin/index.ts'
import type { Passwords } from '../admin/passwords.ts'
import { fromBase32 } from './base32.ts'
import { totpCode, totpStepAt } from '../admin/totp.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { PASSWORD_COST, type Harness } from './harness.ts'

export const PASSWORD = 'correct horse battery staple'

export type AdminAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** `any`, because each test asserts what it expects of it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
}

/** A browser at the console: keeps its cookie, and says of its calls what a browser says. */
export function createBrowser(url: string) {
  let cookie = ''
  return {
    get cookie() {
      return cookie
    },
    async call(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<AdminAnswer> {
      const response = await fetch(`${url}/admin/v1${path}`, {
        method: method.toUpperCase(),
        headers: {
          'sec-fetch-site': 'same-origin',
          [ADMIN_HEADER]: '1',
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const [set] = response.headers.getSetCookie()
      if (set !== undefined) cookie = set.split(';', 1).join('')
      const text = await response.text()
      const json = response.headers.get('content-type')?.includes('json') === true
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: json ? JSON.parse(text) : undefined,
      }
    },
  }
}

/** Administrators of a server under test, as the command makes them. */
export async function startAdministration(harness: Harness) {
  const { pepper, sealing } = await resolveSecrets(harness.config, () => undefined)
  const { db, clock } = harness
  const withPasswords = (passwords: Passwords) =>
    createAdministrators({ ...{ db, pepper, sealing, passwords }, clock: clock.now })
  const administrators = withPasswords(createPasswords(PASSWORD_COST))
  let count = 0

  return {
    administrators,
    withPasswords,
    pepper,
    /** A person of this role who has enrolled but not signed in; each code is of a time step of its own. */
    async enroll(role: Role) {
      const email = `${role}${String(++count)}@example.com`
      const { enrolmentSecret, administrator } = await db.$transaction(tx =>
        administrators.invite(tx, email, role),
      )
      const browser = createBrowser(harness.server.url)
      const { body } = await browser.call('POST', '/enrolment', { secret: enrolmentSecret })
      const secret = fromBase32(body.totpSecret as string)
      const code = () => {
        clock.advance({ seconds: 30 })
        return totpCode(secret, totpStepAt(clock.unix()))
      }
      const finish = { secret: enrolmentSecret, password: PASSWORD, code: code() }
      const finished = await browser.call('POST', '/enrolment/finish', finish)
      const recoveryCodes = finished.body.recoveryCodes as string[]
      const signIn = (given = code()) =>
        browser.call('POST', '/session', { email, password: PASSWORD, code: given })
      const stepUp = () => browser.call('POST', '/session/step-up', { code: code() })
      return { id: administrator.id, email, browser, code, signIn, stepUp, recoveryCodes }
    },
    /** The same, signed in. */
    async person(role: Role) {
      const person = await this.enroll(role)
      const { status } = await person.signIn()
      if (status !== 201) throw new Error(`not signed in: ${String(status)}`)
      return person
    },
  }
}
