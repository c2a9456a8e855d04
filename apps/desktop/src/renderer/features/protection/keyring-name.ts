/** The names that people know, of what `ShellView.keyring` calls by the system's own. */
const NAMES: Readonly<Record<string, string>> = {
  dpapi: 'Windows',
  keychain: 'macOS',
  gnome_libsecret: 'GNOME Keyring',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
}

export const keyringName = (backend: string): string => NAMES[backend] ?? backend
