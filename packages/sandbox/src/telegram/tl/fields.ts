import { isTlObject, TlError } from './value.ts'
import type { TlObject, TlValue } from './value.ts'

// What the schema promises about a field is checked once more where it is used, so that no cast is needed.

const wrong = (object: TlObject, name: string): never => {
  throw new TlError(`${object._}.${name} is not what was expected`)
}

export const int = (object: TlObject, name: string): number => {
  const value = object[name]
  return typeof value === 'number' ? value : wrong(object, name)
}

export const long = (object: TlObject, name: string): bigint => {
  const value = object[name]
  return typeof value === 'bigint' ? value : wrong(object, name)
}

export const text = (object: TlObject, name: string): string => {
  const value = object[name]
  return typeof value === 'string' ? value : wrong(object, name)
}

export const bytes = (object: TlObject, name: string): Uint8Array => {
  const value = object[name]
  return value instanceof Uint8Array ? value : wrong(object, name)
}

export const object = (parent: TlObject, name: string): TlObject => {
  const value = parent[name]
  return isTlObject(value) ? value : wrong(parent, name)
}

export const list = (parent: TlObject, name: string): readonly TlValue[] => {
  const value = parent[name]
  return Array.isArray(value) ? value : wrong(parent, name)
}

export const objects = (parent: TlObject, name: string): readonly TlObject[] =>
  list(parent, name).map(item => (isTlObject(item) ? item : wrong(parent, name)))

export const ints = (parent: TlObject, name: string): readonly number[] =>
  list(parent, name).map(item => (typeof item === 'number' ? item : wrong(parent, name)))

export const longs = (parent: TlObject, name: string): readonly bigint[] =>
  list(parent, name).map(item => (typeof item === 'bigint' ? item : wrong(parent, name)))

/** True only when the flag was set. */
export const flag = (parent: TlObject, name: string): boolean => parent[name] === true

/** Applies a reader to a field that may be absent. */
export const maybe = <T>(
  read: (from: TlObject, name: string) => T,
  from: TlObject,
  name: string,
): T | undefined => (from[name] === undefined ? undefined : read(from, name))
