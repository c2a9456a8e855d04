/** Characters that a password has at least; the server refuses shorter ones too. */
export const MIN_PASSWORD = 15
