/** Of each card, in cents: enough for every deduction of a bench. */
export const VALUE = 200_000;
