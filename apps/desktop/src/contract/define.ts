import type { z } from 'zod'

/** A question the interface may put to the core: what it takes and what it answers. */
export type Method<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  readonly kind: 'method'
  readonly input: I
  readonly output: O
}

/** Something the core tells the interface without being asked. */
export type Event<P extends z.ZodType = z.ZodType> = { readonly kind: 'event'; readonly payload: P }

export const method = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> => ({
  kind: 'method',
  input,
  output,
})

export const event = <P extends z.ZodType>(payload: P): Event<P> => ({ kind: 'event', payload })
