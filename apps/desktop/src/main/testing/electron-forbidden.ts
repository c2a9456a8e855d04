// Everything but main and preload runs without Electron: a stray import is an error, not a silent `undefined`.
throw new Error('`electron` is only for src/main and src/preload')
