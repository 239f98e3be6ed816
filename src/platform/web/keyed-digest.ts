import { hash } from 'node:crypto';
import type { SecretPurpose, Vault } from '../security/vault';

/** Digests of requests must never change, so they stay on the first version of the vault's keys. */
const FOREVER = 1;

/**
 * SHA-256 between two copies of a secret, in base64url: keyed like an HMAC (nothing can be appended, nothing guessed), at a fifth of
 * the price of `createHmac`, which every request would pay several times (engine 8).
 */
export function keyedDigest(vault: Vault, purpose: SecretPurpose, use: string): (text: string) => string {
  const secret = vault.derive(purpose, ['digest', use], 52, FOREVER);
  return (text) => hash('sha256', `${secret}\n${text}\n${secret}`, 'base64url');
}
