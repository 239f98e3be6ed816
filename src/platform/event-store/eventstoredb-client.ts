import { type Credentials, EventStoreDBClient } from '@eventstore/db-client';

/**
 * One client a thread and address. The client keeps some of its state for the whole process, so two of them could fail each
 * other's calls.
 */
const clients = new Map<string, { readonly client: EventStoreDBClient; users: number }>();

export interface Connection {
  readonly client: EventStoreDBClient;
  /**
   * Passed with every append: it makes the client send a call of its own for each. Its shared batch stream can hang for ever
   * (a server that does not answer or ends the stream) or fail other appends. Without TLS they never leave this machine.
   */
  readonly credentials: Credentials;
  release(): Promise<void>;
}

export function connect(url: string): Connection {
  const shared = clients.get(url) ?? { client: EventStoreDBClient.connectionString(url), users: 0 };
  clients.set(url, shared);
  shared.users += 1;
  let released = false;
  return {
    client: shared.client,
    credentials: credentialsOf(url),
    release: async () => {
      if (released) return;
      released = true;
      shared.users -= 1;
      if (shared.users > 0) return;
      clients.delete(url);
      await shared.client.dispose();
    },
  };
}

function credentialsOf(url: string): Credentials {
  const [, username, password] = /^[^:]+:\/\/([^:@/]+):([^@/]*)@/.exec(url) ?? [];
  return username
    ? { username: decodeURIComponent(username), password: decodeURIComponent(password) }
    : { username: 'none', password: 'none' };
}
