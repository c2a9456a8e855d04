export { canonicalContent, type Content } from './content.ts'
export { dateProblem, LATEST_DAYS, SOONEST_SECONDS } from './dates.ts'
export { daysBetween, type Day } from './days.ts'
