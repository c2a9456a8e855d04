/** `autotele_YYYYMMDD.log`, one for each local day; the first group is the day. */
export const LOG_FILE = /^autotele_(\d{8})\.log$/
export const logFileName = (day: string): string => `autotele_${day}.log`
