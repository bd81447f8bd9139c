// What the platform has, as the program knows it: from `@types/node`, from the DOM, or not at all.

/** The class of the name `Name`, or `Otherwise` where the program knows none. */
type Known<Name extends string, Otherwise> = typeof globalThis extends { [P in Name]: { prototype: infer T } } ? T : Otherwise;

/** The platform's `AbortSignal`. */
export type AbortSignal = Known<'AbortSignal', {
  readonly aborted: boolean;
  readonly reason: any;
  addEventListener(type: 'abort', listener: (event: any) => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: (event: any) => void): void;
}>;

/** The platform's `URL`. */
export type URL = Known<'URL', { readonly href: string; readonly protocol: string }>;

/** A `Buffer`. */
export type Bytes = typeof globalThis extends { Buffer: { alloc(size: number): infer T } } ? T : Uint8Array;

// The same as in the library `esnext.disposable`, which older compilers do not have.
declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
    readonly dispose: unique symbol;
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
}

// Keeps what is not exported from being so.
export {};
