/** Seconds on a clock that never jumps; only differences mean something. */
export const nowSeconds = (): number => performance.now() / 1000;
