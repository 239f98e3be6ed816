import { apiKey, createApiKey, revokeApiKey, type ApiKeyCreated } from '../../../src/network/domain/api-key';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const key = { apiKeyId: 'key_1', name: 'Web shop', keyHash: 'hash', prefix: 'lg_AB12', at };
const command = { ...key, scopes: ['cards.view', 'cards.issue', 'cards.view'], grantable: new Set(['cards.issue', 'cards.view']) };
const created: ApiKeyCreated = { type: 'ApiKeyCreated', data: { ...key, scopes: ['cards.issue', 'cards.view'] } };
const revoked = { type: 'ApiKeyRevoked', data: { apiKeyId: 'key_1', at } } as const;

describe('An API key', () => {
  it('is created with each scope once, in order', () => given(apiKey).when(createApiKey, command).yields(created));
  it('is created once', () => given(apiKey, created).when(createApiKey, command).yields());
  it('is revoked, once', () => {
    given(apiKey, created).when(revokeApiKey, { at }).yields(revoked);
    given(apiKey, created, revoked).when(revokeApiKey, { at }).yields();
  });
  it.each([
    ['a name', { ...command, name: '' }, 'name-missing'],
    ['a scope', { ...command, scopes: [] }, 'scopes-missing'],
    ['scopes its creator has', { ...command, scopes: ['personal-data.erase'] }, 'scope-not-yours'],
  ])('needs %s', (_, bad, code) => given(apiKey).when(createApiKey, bad).isRefused(code));
  it('is not revoked before it is there', () => given(apiKey).when(revokeApiKey, { at }).isRefused('not-found'));
});
