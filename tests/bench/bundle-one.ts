import { bundle } from '../bundle.ts'

// In a process of its own, because the library is chosen by the environment: `bundle-one.ts <entry> <folder> <name>`.
const [entry = '', folder = '', name = ''] = process.argv.slice(2)
await bundle(entry, folder, name)
