/** Lower case, without accents and double spaces: how names and addresses are compared and searched. */
export const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/gu, ' ').trim();
