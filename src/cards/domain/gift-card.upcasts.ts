import type { Upcasts } from '../../kernel/upcasting';

/** Every fact still has its first shape. */
export const upcasts: Upcasts = {};
