import { flipFuses } from '@electron/fuses'
import { join } from 'node:path'
import { fuses } from './src/main/fuses.ts'

// Packages of the application from what `pnpm build` made: electron-builder --config electron-builder.config.mjs. Signed
// when the environment says with what, unsigned otherwise; nothing is ever published from here.

const { env } = process

/** Credentials come from the environment alone. A signature without the name it must bear is refused: nobody could check it. */
function windowsSigning() {
  const publisherName = env.AUTOTELE_PUBLISHER_NAME
  const azure = env.AUTOTELE_AZURE_SIGN_ENDPOINT
  const certificate = env.WIN_CSC_LINK
  if (!azure && !certificate) return {}
  if (!publisherName) throw new Error('packages for Windows are signed only with AUTOTELE_PUBLISHER_NAME set')
  if (azure) {
    return {
      forceCodeSigning: true,
      azureSignOptions: {
        publisherName,
        endpoint: azure,
        codeSigningAccountName: env.AUTOTELE_AZURE_SIGN_ACCOUNT,
        certificateProfileName: env.AUTOTELE_AZURE_SIGN_PROFILE,
      },
    }
  }
  return {
    forceCodeSigning: true,
    signtoolOptions: { publisherName: [publisherName], signingHashAlgorithms: ['sha256'] },
  }
}

const macSigned = Boolean(env.CSC_LINK) && !env.WIN_CSC_LINK

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'app.autotele.desktop',
  productName: 'AutoTele',
  copyright: 'AutoTele',
  electronLanguages: ['fr', 'en-US'],
  ...(env.AUTOTELE_ELECTRON_DIST && { electronDist: env.AUTOTELE_ELECTRON_DIST }),
  directories: {
    // With a package.json of its own that names no dependency (scripts/prepare-package.mjs).
    app: env.AUTOTELE_BUILT_APP || 'out',
    output: env.AUTOTELE_PACKAGES_DIR || 'out/packages',
    buildResources: 'build',
  },
  // Everything is bundled: what is not listed here is not shipped, above all no `node_modules`.
  files: [
    '{main,preload,renderer}/**',
    'package.json',
    '!**/node_modules/**',
    '!**/*.{map,ts,vue}',
    '!**/.env*',
  ],
  extraResources: [
    {
      from: join(env.AUTOTELE_BUILT_APP || 'out', 'THIRD-PARTY-LICENSES.txt'),
      to: 'THIRD-PARTY-LICENSES.txt',
    },
  ],
  extraMetadata: {
    homepage: env.AUTOTELE_DOWNLOAD_PAGE || 'https://autotele.invalid',
    author: env.AUTOTELE_MAINTAINER || 'AutoTele <maintainer@autotele.invalid>',
  },
  asar: true,
  // False: nothing is rebuilt, and nothing is collected from `node_modules` either (electron-builder, `beforeBuild`).
  beforeBuild: () => Promise.resolve(false),
  publish: null,
  protocols: [{ name: 'AutoTele', schemes: ['autotele'] }],
  afterPack: async ({ appOutDir, packager, electronPlatformName }) => {
    const name = packager.appInfo.productFilename
    const binary = {
      darwin: join(`${name}.app`, 'Contents', 'MacOS', name),
      win32: `${name}.exe`,
      linux: packager.executableName,
    }[electronPlatformName]
    // Changing the binary breaks the signature that it must bear to run on Apple silicon; ours comes after this.
    await flipFuses(join(appOutDir, binary), { ...fuses, resetAdHocDarwinSignature: !macSigned })
  },

  win: {
    target: [
      { target: 'nsis', arch: ['x64'] },
      { target: 'portable', arch: ['x64'] },
    ],
    ...windowsSigning(),
  },
  nsis: {
    artifactName: '${productName}-${version}-win-${arch}-setup.${ext}',
    oneClick: false,
    perMachine: false,
    allowElevation: false,
    allowToChangeInstallationDirectory: true,
    // Messages, accounts and licence stay until the person removes them.
    deleteAppDataOnUninstall: false,
    differentialPackage: false,
  },
  portable: {
    artifactName: '${productName}-${version}-win-${arch}-portable.${ext}',
    requestExecutionLevel: 'user',
  },

  mac: {
    target: [
      { target: 'dmg', arch: ['x64', 'arm64'] },
      // What Squirrel.Mac replaces the application with.
      { target: 'zip', arch: ['x64', 'arm64'] },
    ],
    artifactName: '${productName}-${version}-mac-${arch}.${ext}',
    category: 'public.app-category.productivity',
    hardenedRuntime: true,
    entitlements: 'build/entitlements.mac.plist',
    entitlementsInherit: 'build/entitlements.mac.plist',
    ...(macSigned
      ? { forceCodeSigning: true, notarize: Boolean(env.APPLE_API_KEY) }
      : { identity: null, notarize: false }),
  },
  dmg: { writeUpdateInfo: false },

  linux: {
    target: [
      { target: 'AppImage', arch: ['x64'] },
      { target: 'deb', arch: ['x64'] },
    ],
    artifactName: '${productName}-${version}-linux-${arch}.${ext}',
    executableName: 'autotele',
    category: 'Network',
    synopsis: 'Schedules Telegram messages',
    maintainer: env.AUTOTELE_MAINTAINER || 'AutoTele <maintainer@autotele.invalid>',
  },
}
