import type { Plugin } from 'vite'

export function shippedPackages(part: string, folder: string): Plugin
