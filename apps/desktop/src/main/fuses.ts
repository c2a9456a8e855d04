import { FuseV1Options, FuseVersion, type FuseV1Config } from '@electron/fuses'

/**
 * Every fuse of the Electron binary, each said: one that Electron adds is a type error here until somebody has decided
 * (Electron fuses documentation). The packages are built with these.
 */
export const fuses = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  /** The core runs in a utility process; `ELECTRON_RUN_AS_NODE` would make our signed binary run anybody's script. */
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  /** There is no such snapshot: with this the program would not open. */
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  /** The interface is served from `app://`; `file://` gets nothing more than in a browser. */
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
} as const satisfies FuseV1Config & Record<FuseV1Options, boolean>
