import { createHash, randomBytes } from 'node:crypto'
import { deriveSealingKey } from '@autotele/crypto'
import { roleSchema, type Role } from '@autotele/shared'
import { fromDate, isBefore, plusSeconds, toDate, toUnix, type Clock } from '../clock.ts'
import type { Sealing } from '../config/sealing.ts'
import { newId } from '../ids.ts'
import { retryConflicts, type Database, type Tx } from '../storage/database.ts'
import type { Administrator } from '../storage/generated/client.ts'
import { createAttempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { matchTotp, newTotpSecret, toBase32, totpUri } from './totp.ts'

const ENROLMENT_SECONDS = 15 * 60
/** Six-digit codes tried with the right password, from anywhere. Three of a million are right at any moment. */
const GUESSES = { limit: 20, windowSeconds: 15 * 60 }
const ONE_TIME_CODE = /^\d{6}$/

export type Invitation = {
  readonly administrator: Administrator
  readonly enrolmentSecret: string
  readonly ends: Date
}

/** What an administrator's authenticator secret is sealed for. */
export const totpContext = (id: string): string => `totp:${id}`
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Who may sign in, and the proofs that it is they. */
export function createAdministrators(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly sealing: Sealing
  readonly passwords: Passwords
}) {
  const { db, clock, pepper, sealing, passwords } = options
  const recoveryKey = deriveSealingKey(pepper, 'recovery codes')
  const nobodysTotp = newTotpSecret()
  const guesses = createAttempts({ db, clock, pepper, ...GUESSES })

  const secretOf = (row: Administrator): Uint8Array => sealing.open(row.sealedTotp, totpContext(row.id))

  const enrolment = () => {
    const enrolmentSecret = randomBytes(32).toString('base64url')
    const ends = toDate(plusSeconds(clock(), ENROLMENT_SECONDS))
    return { enrolmentSecret, ends, data: { enrolmentHash: sha256(enrolmentSecret), enrolmentEnds: ends } }
  }
  const freshTotp = (id: string) => ({
    sealedTotp: sealing.seal(newTotpSecret(), totpContext(id)),
    totpStep: 0,
  })

  async function findEnrolling(tx: Tx, secret: string): Promise<Administrator | null> {
    const found = await tx.administrator.findUnique({ where: { enrolmentHash: sha256(secret) } })
    const open = found?.enrolmentEnds && isBefore(clock(), fromDate(found.enrolmentEnds))
    return open && found.disabledAt === null ? found : null
  }

  /**
   * Takes the step of a code: a second use, even at the same instant, finds it taken. So does one whose password was
   * changed or taken away since the row was read.
   */
  async function useTotp(tx: Tx, row: Administrator, code: string): Promise<boolean> {
    const step = matchTotp(secretOf(row), code, toUnix(clock()), row.totpStep)
    if (step === undefined) return false
    const { count } = await tx.administrator.updateMany({
      where: { id: row.id, totpStep: { lt: step }, passwordHash: row.passwordHash },
      data: { totpStep: step },
    })
    return count === 1
  }

  async function useRecoveryCode(tx: Tx, row: Administrator, code: string): Promise<boolean> {
    const hash = hashRecoveryCode(code, recoveryKey)
    return (
      (await tx.$executeRaw`
        UPDATE administrators SET recovery_hashes = array_remove(recovery_hashes, ${hash})
        WHERE id = ${row.id} AND ${hash} = ANY(recovery_hashes) AND password_hash = ${row.passwordHash}`) ===
      1
    )
  }

  return {
    role: (row: Administrator): Role => roleSchema.parse(row.role),
    useTotp,

    /** A new administrator, who has 15 minutes to enrol with the secret. Throws P2002 for a known address. */
    async invite(tx: Tx, email: string, role: Role): Promise<Invitation> {
      const id = newId('adm')
      const { enrolmentSecret, ends, data } = enrolment()
      const administrator = await tx.administrator.create({
        data: { id, email: email.toLowerCase(), role, createdAt: toDate(clock()), ...freshTotp(id), ...data },
      })
      return { administrator, enrolmentSecret, ends }
    },

    /** Password and authenticator are void; the person enrols anew. Every session ends. */
    async reset(tx: Tx, id: string): Promise<Invitation> {
      const { enrolmentSecret, ends, data } = enrolment()
      const void_ = { passwordHash: null, recoveryHashes: [], disabledAt: null }
      await tx.adminSession.deleteMany({ where: { administratorId: id } })
      const administrator = await tx.administrator.update({
        where: { id },
        data: { ...void_, ...freshTotp(id), ...data },
      })
      return { administrator, enrolmentSecret, ends }
    },

    /** What to set the authenticator up with; `null` when the secret is unknown, used or too old. */
    async readEnrolment(secret: string) {
      const row = await findEnrolling(db, secret)
      if (!row) return null
      const totp = secretOf(row)
      return { email: row.email, totpSecret: toBase32(totp), totpUri: totpUri(totp, row.email) }
    },

    /** Sets the password once the authenticator has proved itself; the recovery codes are shown this once. */
    async finishEnrolment(secret: string, password: string, code: string): Promise<string[] | null> {
      const passwordHash = await passwords.hash(password)
      return await db.$transaction(async tx => {
        const row = await findEnrolling(tx, secret)
        if (!row || !(await useTotp(tx, row, code))) return null
        const recoveryCodes = newRecoveryCodes()
        const { count } = await tx.administrator.updateMany({
          where: { id: row.id, enrolmentHash: sha256(secret) },
          data: {
            passwordHash,
            recoveryHashes: recoveryCodes.map(one => hashRecoveryCode(one, recoveryKey)),
            enrolmentHash: null,
            enrolmentEnds: null,
          },
        })
        return count === 1 ? recoveryCodes : null
      })
    },

    /**
     * The person, when address, password and code belong together; `null` else, after the same work whether or not the
     * address is known. A code is only used up together with the right password. Whoever has that and guesses codes soon
     * finds none right any more, wherever he calls from; the person comes in with a recovery code.
     */
    async authenticate(email: string, password: string, code: string): Promise<Administrator | null> {
      const row = await db.administrator.findUnique({ where: { email } })
      const known = await passwords.verify(password, row?.passwordHash ?? null)
      if (!row || !known || row.disabledAt) {
        matchTotp(nobodysTotp, code, toUnix(clock()), 0)
        return null
      }
      const oneTime = ONE_TIME_CODE.test(code)
      if (oneTime && (await guesses.take(row.id)) !== undefined) return null
      const proved = await retryConflicts(() =>
        db.$transaction(async tx =>
          oneTime ? await useTotp(tx, row, code) : await useRecoveryCode(tx, row, code),
        ),
      )
      if (!proved) return null
      await guesses.clear(row.id)
      if (row.passwordHash !== null && passwords.isOutdated(row.passwordHash)) {
        const passwordHash = await passwords.hash(password)
        await db.administrator.updateMany({
          where: { id: row.id, passwordHash: row.passwordHash },
          data: { passwordHash },
        })
      }
      return await db.administrator.findUnique({ where: { id: row.id } })
    },

    /** Changes the password; `false` when the present one is wrong. */
    async changePassword(tx: Tx, row: Administrator, current: string, next: string): Promise<boolean> {
      if (!(await passwords.verify(current, row.passwordHash))) return false
      await tx.administrator.update({
        where: { id: row.id },
        data: { passwordHash: await passwords.hash(next) },
      })
      return true
    },

    async renewRecoveryCodes(tx: Tx, id: string): Promise<string[]> {
      const recoveryCodes = newRecoveryCodes()
      const recoveryHashes = recoveryCodes.map(one => hashRecoveryCode(one, recoveryKey))
      await tx.administrator.update({ where: { id }, data: { recoveryHashes } })
      return recoveryCodes
    },
  }
}
export type Administrators = ReturnType<typeof createAdministrators>
