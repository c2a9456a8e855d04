import { startWebHost } from '../web-host.ts'

// A web host in a process of its own, for the test that kills it: prints its link and the core's pid, then goes on.
const [dataFolder, rendererFolder, command] = process.argv.slice(2) as [string, string, string]
const host = await startWebHost({ dataFolder, rendererFolder, version: '0', core: { command } })
process.stdout.write(`${JSON.stringify({ url: host.url, corePid: host.corePid() })}\n`)
