import type { MessageKey } from '../../i18n/index.ts'

/** What each act of the record is called. */
export const ACTIONS: Readonly<Record<string, MessageKey>> = {
  'session.open': 'audit.actions.session-open',
  'account.password': 'audit.actions.account-password',
  'account.recovery_codes': 'audit.actions.account-recovery_codes',
  'administrator.invite': 'audit.actions.administrator-invite',
  'administrator.reset': 'audit.actions.administrator-reset',
  'administrator.change': 'audit.actions.administrator-change',
  'token.create': 'audit.actions.token-create',
  'token.revoke': 'audit.actions.token-revoke',
  'license.issue': 'audit.actions.license-issue',
  'license.extend': 'audit.actions.license-extend',
  'license.extend_trial': 'audit.actions.license-extend_trial',
  'license.suspend': 'audit.actions.license-suspend',
  'license.reinstate': 'audit.actions.license-reinstate',
  'license.revoke': 'audit.actions.license-revoke',
  'license.key': 'audit.actions.license-key',
  'device.release': 'audit.actions.device-release',
  'inbox.replay': 'audit.actions.inbox-replay',
  'attention.accept': 'audit.actions.attention-accept',
  'attention.refuse': 'audit.actions.attention-refuse',
  'key.state': 'audit.actions.key-state',
  export: 'audit.actions.export',
}
