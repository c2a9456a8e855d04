import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The older AutoTele's folder: whatever files are given, below `root`. */
export function writeProfile(
  root: string,
  files: Readonly<Record<string, string | Uint8Array | object>>,
): string {
  for (const [name, contents] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    const plain = typeof contents === 'string' || contents instanceof Uint8Array
    writeFileSync(path, plain ? contents : JSON.stringify(contents, null, 2))
  }
  return root
}

export const oldTask = (over: object = {}): object => ({
  task_id: 'd1c2',
  session_id: 'session_33639980002',
  account_name: 'Nassim',
  groups: [{ id: -1001234567890, title: 'Le jardin partagé' }],
  message: 'Rendez-vous dimanche',
  schedule_time: '2027-07-14T09:00:00',
  file_path: null,
  status: 'pending',
  created_at: '2026-10-01T08:00:00.123456',
  results: {},
  ...over,
})

export const oldEntry = (over: object = {}): object => ({
  timestamp: '2026-10-01T08:00:00.123456',
  account: 'Nassim',
  groups: ['Le jardin partagé'],
  message_preview: 'Rendez-vous dimanche',
  schedule_time: '2026-10-02T09:00:00',
  status: 'scheduled',
  ...over,
})
