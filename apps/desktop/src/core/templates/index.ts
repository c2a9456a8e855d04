export { createTemplates } from './templates.ts'
