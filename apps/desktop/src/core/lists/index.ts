export { createLists } from './lists.ts'
