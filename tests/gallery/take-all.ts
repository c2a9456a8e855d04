// Both parts of the gallery, with the same arguments.
import { forDocuments } from './document-pictures.ts'

await import('./take-pictures.ts')
if (!forDocuments) await import('./take-console-pictures.ts')
