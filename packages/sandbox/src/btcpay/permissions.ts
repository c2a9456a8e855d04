import type { ApiKey } from './model.ts'

/** Greenfield permissions used by the routes below. */
export const permission = {
  createInvoice: 'btcpay.store.cancreateinvoice',
  viewInvoices: 'btcpay.store.canviewinvoices',
  modifyInvoices: 'btcpay.store.canmodifyinvoices',
  modifyWebhooks: 'btcpay.store.webhooks.canmodifywebhooks',
  viewStore: 'btcpay.store.canviewstoresettings',
  modifyStore: 'btcpay.store.canmodifystoresettings',
  refund: 'btcpay.store.cancreatenonapprovedpullpayments',
  managePullPayments: 'btcpay.store.canmanagepullpayments',
} as const

export type Permission = (typeof permission)[keyof typeof permission]

const unrestricted = 'unrestricted'

const included: Readonly<Record<string, readonly Permission[]>> = {
  [permission.modifyInvoices]: [permission.viewInvoices, permission.createInvoice],
  [permission.viewStore]: [permission.viewInvoices],
  [permission.modifyStore]: [
    permission.viewStore,
    permission.modifyInvoices,
    permission.viewInvoices,
    permission.createInvoice,
    permission.modifyWebhooks,
    permission.managePullPayments,
  ],
  [permission.managePullPayments]: [permission.refund],
}

/**
 * Whether the key may do `needed` in `storeId`. Permissions come scoped (`name:storeId`), unscoped (every store) or
 * as `unrestricted`; a broader one implies narrower ones.
 */
export function allows({ permissions }: Pick<ApiKey, 'permissions'>, needed: Permission, storeId: string) {
  return permissions.some(granted => {
    if (granted === unrestricted) return true
    const [name = '', scope] = granted.split(':')
    if (scope !== undefined && scope !== storeId) return false
    return name === needed || (included[name]?.includes(needed) ?? false)
  })
}

/** The list of `GET /misc/permissions`: every permission known here with those it includes. */
export function permissionList() {
  return [unrestricted, ...Object.values(permission)].map(name => ({
    name,
    included: name === unrestricted ? Object.values(permission) : (included[name] ?? []),
  }))
}
