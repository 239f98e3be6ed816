import { type Instant, type Projection } from '../../kernel/event-sourcing';
import type { ApiKeyFact } from '../domain/api-key';

/** API keys of every network; the ring of the guard is filled from it. */
export interface ApiKeyListItem {
  readonly network: string;
  readonly name: string;
  readonly keyHash: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  readonly createdAt: Instant;
  readonly revokedAt?: Instant;
}

export const apiKeyList: Projection<ApiKeyListItem, ApiKeyFact, 'ApiKeyCreated'> = {
  name: 'api-key-list',
  version: 1,
  keys: ({ apiKeyId }) => [apiKeyId],
  indexes: [['network', 'createdAt'], ['keyHash'], ['status', 'createdAt']],
  begins: {
    ApiKeyCreated: ({ name, keyHash, prefix, scopes, at }, { network }) => ({
      network,
      name,
      keyHash,
      prefix,
      scopes,
      status: 'active',
      createdAt: at,
    }),
  },
  on: {
    ApiKeyRevoked: (item, { at }) => ({ ...item, status: 'revoked', revokedAt: at }),
  },
};
