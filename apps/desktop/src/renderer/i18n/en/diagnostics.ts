import type { diagnostics as french } from '../fr/diagnostics.ts'

export const diagnostics: typeof french = {
  checks: {
    'disk-write': 'Writing to AutoTele’s folder',
    'disk-space': 'Room on the disk',
    settings: 'Configuration file',
    database: 'Database',
    keyring: 'The system’s keyring',
    vault: 'Vault',
    sessions: 'Sessions of the accounts',
    'name-resolution': 'Name resolution (DNS)',
    proxy: 'Proxy',
    'telegram-address': 'Telegram data centre',
    'telegram-app': 'api_id and api_hash',
    'telegram-session': 'Telegram account',
    'telegram-clock': 'Clock against Telegram’s',
    'license-server': 'Licence server',
    'license-clock': 'Clock against the licence server’s',
    license: 'Licence',
    purchase: 'Last payment',
    log: 'Log',
  },
  codes: {
    ok: { cause: 'All is well.', remedy: 'Nothing to do.' },
    cancelled: { cause: 'Not checked: stopped before the answer.', remedy: 'Run the diagnosis again.' },
    'needs-open-vault': {
      cause: 'Not checked: AutoTele is locked.',
      remedy: 'Enter your passphrase, then run the diagnosis again.',
    },
    'not-needed': { cause: 'Does not apply here.', remedy: 'Nothing to do.' },
    'disk-not-writable': {
      cause: 'AutoTele cannot write to its folder “{folder}”.',
      remedy: 'Make the folder writable for your user account; if an antivirus guards it, allow AutoTele.',
    },
    'disk-nearly-full': {
      cause: 'Only {megabytes} MB are left on the disk.',
      remedy: 'Free some room, one gigabyte at least.',
    },
    'disk-full': {
      cause: 'The disk is full: {megabytes} MB are left, too little to save safely.',
      remedy: 'Free some room before you schedule anything.',
    },
    'settings-unreadable': {
      cause: 'The file config/app_config.json cannot be read; the original values count.',
      remedy: 'Repair it from the settings: the old file is kept beside it.',
    },
    'settings-invalid': {
      cause: 'In config/app_config.json the value of {key} is not allowed; the original one counts.',
      remedy: 'Correct that value in the file, or repair the file from the settings.',
    },
    'settings-server-secret': {
      cause: 'The configuration file holds a secret of the payment server, which has no place here.',
      remedy: 'Remove it from the settings and tell your seller: that key must be replaced.',
    },
    'database-damaged': {
      cause: 'The database is damaged.',
      remedy: 'Restore the latest copy from Backups; nothing is erased.',
    },
    'keyring-weak': {
      cause: 'This system’s keyring keeps keys without protecting them: AutoTele does not use it.',
      remedy:
        'Your passphrase is enough; a keyring such as GNOME Keyring or KWallet would spare you typing it.',
    },
    'keyring-missing': {
      cause: 'There is no keyring here: the passphrase alone protects your data.',
      remedy: 'Nothing to do, as long as you keep it safe.',
    },
    'vault-none': {
      cause: 'The vault has not been created yet.',
      remedy: 'Finish the first opening of AutoTele.',
    },
    'vault-locked': {
      cause: 'The vault is locked: what it holds was not checked.',
      remedy: 'Enter your passphrase, then run the diagnosis again.',
    },
    'session-missing': {
      cause: 'The session file of the account {name} is gone.',
      remedy: 'Sign in to that account again; its calendar is kept.',
    },
    'session-damaged': {
      cause: 'The session file of the account {name} is damaged.',
      remedy: 'Sign in to that account again, or restore a backup; its calendar is kept.',
    },
    'names-not-resolved': {
      cause:
        'The name {name} leads nowhere: this computer has no Internet access, or its DNS does not answer.',
      remedy: 'Check the connection; if the rest of the Internet works, use another DNS server.',
    },
    'proxy-unreachable': {
      cause: 'The proxy {host}:{port} does not answer.',
      remedy: 'Check its address and port in the settings, or remove the proxy.',
    },
    'proxy-credentials-refused': {
      cause: 'The proxy {host}:{port} refuses the name or the password.',
      remedy: 'Correct them in the settings.',
    },
    'proxy-not-socks5': {
      cause: 'What answers at {host}:{port} is not a SOCKS5 proxy.',
      remedy: 'Check the kind of proxy and the port in the settings.',
    },
    'proxy-gets-nowhere': {
      cause: 'The proxy {host}:{port} answers, but does not get through to Telegram.',
      remedy: 'Try another proxy; for an MTProxy, check the secret, too.',
    },
    'address-unreachable': {
      cause: 'Data centre {number} ({host}) answers on none of the ports {ports}.',
      remedy: 'Try again later; if the others answer, only this one is down. Otherwise try another network.',
    },
    'address-not-telegram': {
      cause:
        'At the address of data centre {number} ({host}) something answers on {ports}, but it is not Telegram.',
      remedy:
        'A sign-in page or a firewall is in between: sign in to this network in your browser, or set a proxy.',
    },
    'address-some-ports': {
      cause: 'Data centre {number} ({host}) answers, but not on: {ports}.',
      remedy: 'Nothing to do: AutoTele uses a port that is open.',
    },
    'telegram-blocked': {
      cause: 'The Internet works, but none of Telegram’s addresses answers: this network blocks Telegram.',
      remedy: 'Allow AutoTele in the firewall, try another network, or set a SOCKS5 proxy or an MTProxy.',
    },
    'telegram-app-missing': {
      cause: 'api_id and api_hash are missing; without them Telegram does not answer.',
      remedy: 'Create them at my.telegram.org and enter them in the settings.',
    },
    'telegram-app-refused': {
      cause: 'Telegram refuses api_id or api_hash.',
      remedy: 'Copy them again from my.telegram.org into the settings.',
    },
    'no-account': {
      cause: 'Not checked: no account is connected.',
      remedy: 'Add an account or sign in again.',
    },
    'account-signed-out': {
      cause: 'The session has ended: signed out from Telegram, or the password was changed.',
      remedy: 'Sign in to this account again; its calendar is kept.',
    },
    'account-session-duplicated': {
      cause: 'The same session was used in two places: Telegram closed it.',
      remedy: 'Sign in to this account here again, and use it on one computer only.',
    },
    'account-restricted': {
      cause: 'Telegram limits this account: nothing can leave from it.',
      remedy: "Ask {'@'}SpamBot in Telegram why, wait for the end, then choose “Check again”.",
    },
    'account-frozen': {
      cause: 'Telegram has frozen this account.',
      remedy: 'Follow the appeal in the official application, then choose “Check again”.',
    },
    'account-waiting': {
      cause: 'Telegram asks this account to wait {minutes} min more.',
      remedy: 'Nothing to do: the rest leaves by itself.',
    },
    'account-offline': {
      cause: 'This account is not connected to Telegram just now.',
      remedy: 'See the lines about the network; it connects again by itself.',
    },
    'clock-ahead': {
      cause: 'This computer’s clock is {minutes} min ahead.',
      remedy: 'Set it right, best by the system’s automatic setting.',
    },
    'clock-behind': {
      cause: 'This computer’s clock is {minutes} min behind.',
      remedy: 'Set it right; if it is behind at every start, the battery of the mainboard is spent.',
    },
    'license-server-not-set': {
      cause: 'No licence server is set.',
      remedy: 'Put license.server_url into config/app_config.json; your seller knows the address.',
    },
    'license-server-unreachable': {
      cause: 'The licence server {host} does not answer.',
      remedy: 'Check the connection and the firewall, then try again; your licence stays valid meanwhile.',
    },
    'license-server-not-itself': {
      cause: 'What answers in place of {host} is not the licence server: often a network’s sign-in page.',
      remedy: 'Open a page in your browser and sign in to this network, then try again.',
    },
    'license-none': {
      cause: 'There is no licence yet.',
      remedy: 'Start the free trial, buy, or enter your key on the Licence page.',
    },
    'license-expired': {
      cause: 'The licence has ended, or could not be renewed in time.',
      remedy: 'Choose “Check now” on the Licence page; if it is really over, renew it.',
    },
    'license-denied': {
      cause: 'The licence server refused this licence ({reason}).',
      remedy: 'The Licence page says why; if it is a mistake, write to your seller.',
    },
    'license-soon-over': {
      cause: 'Without contact with the server, the licence ends in {hours} h.',
      remedy: 'Connect this computer to the Internet, or renew the licence.',
    },
    'purchase-unpaid': {
      cause: 'An invoice is waiting for its payment.',
      remedy: 'Pay it from the Licence page before it expires, or forget it.',
    },
    'purchase-underpaid': {
      cause: 'The invoice was paid only in part ({paid}).',
      remedy: 'Write to your seller, who completes or refunds it.',
    },
    'purchase-confirming': {
      cause: 'The payment was seen and waits for confirmation by the Bitcoin network.',
      remedy: 'Nothing to do: the licence comes by itself.',
    },
    'purchase-in-review': {
      cause: 'A person is looking at this payment.',
      remedy: 'Wait, or write to your seller with the number of the invoice.',
    },
    'purchase-expired': {
      cause: 'The invoice expired without payment.',
      remedy: 'Ask for a new one; if you did pay, a late payment is still watched for a day.',
    },
    'purchase-invalid': {
      cause: 'The payment was not confirmed and the invoice is void.',
      remedy: 'Ask for a new one, or write to your seller.',
    },
    'log-not-written': {
      cause: 'No log could be written.',
      remedy: 'Check that the logs folder is writable.',
    },
    'log-errors': {
      cause: 'Today’s log holds errors: {count}.',
      remedy: 'Open the log; if they come again, save a report and send it to your seller.',
    },
  },
}
