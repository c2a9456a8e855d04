export { canonicalContent, type Content } from './content.ts'
export { dateProblem, LATEST_DAYS, leadOf, SOONEST_SECONDS } from './dates.ts'
export { daysBetween } from './days.ts'
export { fitsOneAlbum, longestText, MAX_FILE_BYTES, MAX_FILE_BYTES_DEFAULT, refusedAsPhoto } from './media.ts'
