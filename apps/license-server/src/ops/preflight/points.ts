/** The lists of the administrator's guide, and what this host itself needs. */
export type List = 'before' | 'after' | 'host'

/**
 * `not-checkable`: cannot be seen from where the command runs, and so is never `passed`; the remedy says how a person
 * looks.
 */
export type Result = 'passed' | 'warning' | 'failed' | 'not-checkable'

export type Point = {
  readonly id: string
  readonly list: List
  readonly title: { readonly fr: string; readonly en: string }
  readonly result: Result
  readonly found: string
  /** What to do; on every point that did not pass. */
  readonly remedy?: string
}

export type Finding = Pick<Point, 'result' | 'found' | 'remedy'>

export const passed = (found: string): Finding => ({ result: 'passed', found })
export const warning = (found: string, remedy: string): Finding => ({ result: 'warning', found, remedy })
export const failed = (found: string, remedy: string): Finding => ({ result: 'failed', found, remedy })
export const notCheckable = (found: string, remedy: string): Finding => ({
  result: 'not-checkable',
  found,
  remedy,
})

/** The worst of several findings, with all that is wrong in its words. */
export function worst(findings: readonly Finding[], good: string): Finding {
  const order: readonly Result[] = ['failed', 'warning', 'not-checkable']
  for (const result of order) {
    const those = findings.filter(finding => finding.result === result)
    if (those.length > 0) {
      const remedies = [...new Set(those.flatMap(one => one.remedy ?? []))]
      return { result, found: those.map(one => one.found).join('; '), remedy: remedies.join(' ') }
    }
  }
  return passed(good)
}

/** Order and names: first both lists of the guide, point by point, then the host. */
export const TITLES = {
  btcpay: ['before', 'BTCPay Server déployé et fonctionnel', 'BTCPay Server deployed and working'],
  store: ['before', 'Store créé et configuré', 'Store created and configured'],
  'api-key': ['before', 'API key générée avec bonnes permissions', 'API key with the right permissions'],
  wallet: ['before', 'Wallet Bitcoin configuré', 'Bitcoin wallet configured'],
  tls: ['before', 'SSL actif et valide', 'TLS active and valid'],
  application: ['before', 'Application buildée et testée', 'Application built and tested'],
  configuration: [
    'before',
    'Configuration BTCPay du serveur, webhook compris',
    'Server configured for BTCPay, webhook included',
  ],
  purchase: ['before', 'Tests d’achat de licence effectués', 'A license was bought for a test'],
  documentation: ['before', 'Documentation mise à jour', 'Documentation up to date'],
  backup: ['before', 'Backup configuré', 'Backup configured'],
  monitoring: ['before', 'Monitoring en place', 'Monitoring in place'],
  'first-payments': ['after', 'Surveiller les premiers paiements', 'First payments watched'],
  logs: ['after', 'Vérifier les logs régulièrement', 'Logs looked at regularly'],
  feedback: ['after', 'Collecter les feedbacks utilisateurs', 'Users’ feedback collected'],
  updates: ['after', 'Planifier les mises à jour', 'Updates planned'],
  restore: ['after', 'Tester la restauration depuis backup', 'Restore from a backup tested'],
  dns: ['host', 'DNS des noms publics', 'DNS of the public names'],
  ports: ['host', 'Ports publics, et rien de plus', 'Public ports, and no more'],
  database: ['host', 'PostgreSQL et migrations', 'PostgreSQL and migrations'],
  keys: ['host', 'Clés de signature et chiffrement', 'Signing keys and encryption'],
  secrets: ['host', 'Secrets en fichiers protégés', 'Secrets in protected files'],
  clock: ['host', 'Horloge', 'Clock'],
  disk: ['host', 'Espace disque', 'Disk space'],
  firewall: ['host', 'Pare-feu, SSH, fail2ban', 'Firewall, SSH, fail2ban'],
} as const satisfies Record<string, readonly [List, string, string]>
export type PointId = keyof typeof TITLES
