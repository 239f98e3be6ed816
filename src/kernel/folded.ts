/** Words of plain letters and signs, one space between them: nothing to take off, which is dear to look for. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Lower case, without accents and double spaces: how names and addresses are compared in searches. */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/gu, ' ').trim();
}
