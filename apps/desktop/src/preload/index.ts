import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createBridge } from './bridge.ts'

contextBridge.exposeInMainWorld(
  'autotele',
  createBridge(ipcRenderer, file => webUtils.getPathForFile(file as File)),
)
