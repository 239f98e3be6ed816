import type { Rejections } from '../kernel/registration';

/** Why a redemption or a POS payment is refused, and what to do. */
export const rejections: Rejections = {};
