// Both parts of the gallery, with the same arguments.
import { forDocuments, takesConsole } from './choice.ts'

await import('./take-pictures.ts')
if (!forDocuments && takesConsole) await import('./take-console-pictures.ts')
