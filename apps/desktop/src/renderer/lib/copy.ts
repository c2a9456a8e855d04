/** Puts text on the clipboard; false where the browser refuses, so that the person can be told to copy by hand. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
