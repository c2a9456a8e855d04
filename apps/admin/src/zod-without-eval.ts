import { z } from 'zod'

// The content security policy allows no `new Function`, which zod tries when the first schema is made. The build keeps
// this beside zod, before every module that makes one.
z.config({ jitless: true })
