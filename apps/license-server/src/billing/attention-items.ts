import { toDate, type Clock } from '../clock.ts'
import type { Prisma, Tx } from '../storage/database.ts'
import type { Ruling, StandingKind } from './decide.ts'

export type AttentionKind = StandingKind | 'forgotten' | 'refund' | 'twin' | 'foreign'

export type Finding = {
  /** The same finding has the same key, however often it is made. */
  readonly key: string
  readonly kind: AttentionKind
  readonly invoiceId: string
  /** `null` when the invoice bears no order id of ours. */
  readonly checkout: { readonly id: string | null; readonly licenseId: string | null } | null
  readonly detail: Prisma.InputJsonObject
}

/** Puts an item before a person. What a person has closed stays closed; what had passed by itself is opened again. */
export async function raise(tx: Tx, clock: Clock, finding: Finding): Promise<void> {
  const { key, kind, invoiceId, checkout, detail } = finding
  await tx.$executeRaw`
    INSERT INTO attention (key, kind, invoice_id, checkout_id, license_id, detail, created_at)
    VALUES (${key}, ${kind}, ${invoiceId}, ${checkout?.id ?? null}, ${checkout?.licenseId ?? null},
            ${JSON.stringify(detail)}::jsonb, ${toDate(clock())})
    ON CONFLICT (key) DO UPDATE
      SET detail = excluded.detail, created_at = excluded.created_at, resolved_at = NULL, resolution = NULL
      WHERE attention.resolution = 'obsolete'`
}

/**
 * Raises what is found of an invoice now and closes what was found before and is no longer so: what waits for a person
 * follows from the invoice's present state and not from which of its states we happened to see.
 */
export async function replaceFindings(
  tx: Tx,
  clock: Clock,
  invoiceId: string,
  findings: readonly Finding[],
): Promise<void> {
  await tx.attention.updateMany({
    where: {
      invoiceId,
      resolvedAt: null,
      // A refund is an event of its own: no state of the invoice shows it.
      kind: { not: 'refund' },
      key: { notIn: findings.map(finding => finding.key) },
    },
    data: { resolvedAt: toDate(clock()), resolution: 'obsolete' },
  })
  for (const finding of findings) await raise(tx, clock, finding)
}

/** What people have decided about an invoice so far. */
export async function rulingsOf(tx: Tx, invoiceId: string): Promise<ReadonlySet<Ruling>> {
  const closed = await tx.attention.findMany({
    where: { invoiceId, resolution: { in: ['accepted', 'refused'] } },
    select: { kind: true, resolution: true },
  })
  return new Set(closed.flatMap(({ kind, resolution }) => RULINGS[`${kind}:${resolution ?? ''}`] ?? []))
}

const RULINGS: Readonly<Record<string, Ruling>> = {
  'underpaid:accepted': 'accepted',
  'late:accepted': 'accepted',
  'late:refused': 'refused',
  'twin:accepted': 'accepted',
  'refund:accepted': 'refunded',
}
