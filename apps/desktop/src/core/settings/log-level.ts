import type { Log, LogLevel } from '../ports.ts'

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warning', 'error']

/** `AUTOTELE_LOG_LEVEL` as the guide writes it (DEBUG, INFO, WARNING, ERROR); `info` for anything else. */
export const logLevel = (text: string | undefined): LogLevel =>
  ORDER.find(level => level === text?.trim().toLowerCase()) ?? 'info'

/** Passes on what is at least as grave as `level`. */
export const fromLevel =
  (level: LogLevel, log: Log): Log =>
  (of, event, fields) => {
    if (ORDER.indexOf(of) >= ORDER.indexOf(level)) log(of, event, fields)
  }
