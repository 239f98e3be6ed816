import { unknownFact, type Aggregate, type Fact, type Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';

export type ApiKeyCreated = Fact<
  'ApiKeyCreated',
  {
    apiKeyId: string;
    name: string;
    /** Keyed hash of the whole key; the key itself is shown once and kept nowhere. */
    keyHash: string;
    /** Its first characters, so that people recognise it. */
    prefix: string;
    scopes: readonly string[];
    at: Instant;
  }
>;
export type ApiKeyRevoked = Fact<'ApiKeyRevoked', { apiKeyId: string; at: Instant }>;
export type ApiKeyFact = ApiKeyCreated | ApiKeyRevoked;

export interface KnownApiKey {
  readonly status: 'active' | 'revoked';
  readonly id: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
}
export type ApiKey = { readonly status: 'unknown' } | KnownApiKey;

export const apiKey: Aggregate<ApiKey, ApiKeyFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    switch (fact.type) {
      case 'ApiKeyCreated':
        return { status: 'active', id: fact.data.apiKeyId, keyHash: fact.data.keyHash, scopes: fact.data.scopes };
      case 'ApiKeyRevoked':
        if (state.status === 'unknown') throw new Error('ApiKeyRevoked before ApiKeyCreated');
        return { ...state, status: 'revoked' };
      default:
        return unknownFact(fact);
    }
  },
};

export interface CreateApiKey {
  readonly apiKeyId: string;
  readonly name: string;
  readonly keyHash: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** What the creator may do: nobody hands out more than they have. */
  readonly grantable: ReadonlySet<string>;
  readonly at: Instant;
}

export function createApiKey(state: ApiKey, { apiKeyId, name, keyHash, prefix, scopes, grantable, at }: CreateApiKey): ApiKeyFact[] {
  if (state.status !== 'unknown') return [];
  if (name.trim() === '') throw new Rejection('name-missing');
  if (scopes.length === 0) throw new Rejection('scopes-missing');
  const beyond = scopes.find((scope) => !grantable.has(scope));
  if (beyond !== undefined) throw new Rejection('scope-not-yours', { scope: beyond });
  return [{ type: 'ApiKeyCreated', data: { apiKeyId, name, keyHash, prefix, scopes: [...new Set(scopes)].sort(), at } }];
}

export function revokeApiKey(state: ApiKey, { at }: { at: Instant }): ApiKeyFact[] {
  if (state.status === 'unknown') throw new Rejection('not-found');
  return state.status === 'revoked' ? [] : [{ type: 'ApiKeyRevoked', data: { apiKeyId: state.id, at } }];
}
