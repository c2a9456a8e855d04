/** TypeScript knows WebAssembly from the DOM library only, which has no place on a server. */
declare namespace WebAssembly {
  function compile(bytes: Uint8Array): Promise<object>
  function instantiate(module: object, imports: object): Promise<{ exports: Record<string, unknown> }>
}
