import { join } from 'node:path'

/** Where one installation keeps its data; the names are the administrator guide's. */
export type DataPaths = {
  readonly root: string
  readonly config: string
  readonly configFile: string
  readonly salt: string
  readonly sessions: string
  readonly logs: string
  readonly temp: string
  readonly media: string
  readonly database: string
}

/** Pure: creates nothing. `overrides` are `paths.*` of `app_config.json`, relative to `root` or absolute. */
export function dataPaths(
  root: string,
  overrides: { readonly sessions_dir?: string; readonly logs_dir?: string; readonly temp_dir?: string } = {},
): DataPaths {
  const config = join(root, 'config')
  return {
    root,
    config,
    configFile: join(config, 'app_config.json'),
    salt: join(config, '.salt'),
    sessions: resolveIn(root, overrides.sessions_dir ?? 'sessions'),
    logs: resolveIn(root, overrides.logs_dir ?? 'logs'),
    temp: resolveIn(root, overrides.temp_dir ?? 'temp'),
    media: join(root, 'media'),
    database: join(root, 'autotele.db'),
  }
}

const resolveIn = (root: string, path: string): string =>
  /^([/\\]|[A-Za-z]:)/.test(path) ? path : join(root, path)
