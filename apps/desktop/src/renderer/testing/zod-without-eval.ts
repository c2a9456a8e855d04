import { z } from 'zod'

// The content security policy allows no `new Function`, which zod tries when the first schema is made; the interface
// itself brings no zod, the fake core does.
z.config({ jitless: true })
