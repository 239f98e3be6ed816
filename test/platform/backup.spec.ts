import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupDataFolder, erasuresIn, restoreDataFolder } from '../../src/platform/backup';
import { DataFolder, DataFolderInUse } from '../../src/platform/data-folder';
import { NO_STREAM } from '../../src/platform/event-store/event-store';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite';
import { SqliteReadStore } from '../../src/platform/read-store/sqlite';
import { StoredPersonKeys } from '../../src/platform/security/person-keys';
import { VaultKeys } from '../../src/platform/security/vault-keys';
import { eventually } from '../support/app';

describe('Backup and restore', () => {
  let parent: string;
  let folder: string;
  let backup: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'largesse-backup-'));
    folder = join(parent, 'data');
    backup = join(parent, 'backup');
  });
  afterEach(() => rm(parent, { recursive: true }));

  async function opened(path = folder) {
    const held = await DataFolder.open(path);
    const events = await SqliteEventStore.open({ file: held.files.events });
    const store = await SqliteReadStore.open({ folder: path, role: 'main' });
    const keys = new StoredPersonKeys(store, new VaultKeys(await held.masterKey()));
    await keys.prepare();
    const append = (stream: string) => events.append(stream, NO_STREAM, [{ id: randomUUID(), type: 'Tried', data: '{}', metadata: '{}' }]);
    const close = async () => {
      await events.close();
      await store.close();
      held.release();
    };
    return { events, store, keys, append, close };
  }
  type Opened = Awaited<ReturnType<typeof opened>>;
  const used = async <T>(work: (open: Opened) => Promise<T>, path = folder): Promise<T> => {
    const open = await opened(path);
    return work(open).finally(open.close);
  };
  const ensure = (keys: StoredPersonKeys, ...subjects: string[]) => keys.ensure('net', new Map(subjects.map((subject) => [subject, {}])));

  it('brings back events, documents and keys, under a new log id', async () => {
    const { before, logId } = await used(async ({ append, store, keys, events }) => {
      await append('a-1');
      await store.put('sessions', 's', { n: 1 });
      const made = await ensure(keys, 'ann');
      await backupDataFolder(folder, backup);
      await append('a-2');
      await store.put('sessions', 's', { n: 2 });
      return { before: made.get('ann'), logId: await events.logId() };
    });
    const { logId: renewed, before: aside } = await restoreDataFolder(backup, folder);
    expect(renewed).not.toBe(logId);
    expect(await readdir(aside!)).toEqual(expect.arrayContaining(['events.db', 'keys.db', 'documents.db', 'master.key']));
    await used(async ({ events, store, keys }) => {
      expect(await events.logId()).toBe(renewed);
      expect((await events.readAll()).events.map(({ stream }) => stream)).toEqual(['a-1']);
      expect((await store.fetch('sessions', 's'))?.doc).toEqual({ n: 1 });
      expect((await keys.load(['ann'])).get('ann')).toEqual(before);
      expect(await store.tables()).toEqual([]);
    });
  });

  it('is taken while others write, with the key of every event in it', async () => {
    await used(async ({ append, keys }) => {
      let [going, written] = [true, 0];
      const writer = (async () => {
        for (; going; written += 1) {
          await ensure(keys, `p-${written}`);
          await append(`p-${written}`);
        }
      })();
      await eventually(async () => written >= 5, 'five events');
      await backupDataFolder(folder, backup);
      going = false;
      await writer;
    });
    const elsewhere = join(parent, 'elsewhere');
    await restoreDataFolder(backup, elsewhere);
    await used(async ({ events, keys }) => {
      const subjects = (await events.readAll()).events.map(({ stream }) => stream);
      expect(subjects.length).toBeGreaterThan(0);
      expect((await keys.load(subjects)).size).toBe(subjects.length);
    }, elsewhere);
  });

  it('keeps persons erased who were erased after the backup', async () => {
    await used(async ({ append, keys }) => {
      await append('a-1');
      await ensure(keys, 'ann', 'bob', 'eve');
      await keys.destroy('net', 'eve');
      await backupDataFolder(folder, backup);
      await ensure(keys, 'new');
      await keys.destroy('net', 'ann');
      await keys.destroy('net', 'new');
    });
    expect((await restoreDataFolder(backup, folder)).erasedAgain).toBe(2);
    await used(async ({ keys }) => {
      expect([...(await keys.load(['ann', 'bob', 'eve', 'new'])).keys()]).toEqual(['bob']);
      expect([...(await ensure(keys, 'ann', 'new')).keys()]).toEqual([]);
    });
  });

  it('takes a list of erasures that was kept apart, when the folder is lost', async () => {
    const newer = join(parent, 'newer');
    await used(async ({ append, keys }) => {
      await append('a-1');
      await ensure(keys, 'ann', 'bob');
      await backupDataFolder(folder, backup);
      await keys.destroy('net', 'ann');
      await backupDataFolder(folder, newer);
    });
    await rm(folder, { recursive: true });
    expect((await restoreDataFolder(backup, folder, { erasures: join(newer, 'erasures.json') })).erasedAgain).toBe(1);
    expect(erasuresIn(join(folder, 'keys.db'))).toEqual([{ network: 'net', subject: 'ann' }]);
    await used(async ({ keys }) => expect([...(await keys.load(['ann', 'bob'])).keys()]).toEqual(['bob']));
  });

  it('leaves nothing of a destroyed key in the file', async () => {
    await used(async ({ store, keys }) => {
      await ensure(keys, 'ann', 'bob');
      const { sealed } = (await store.fetch<{ sealed: string }>('person-keys', 'ann'))!.doc;
      const bytes = async () =>
        Buffer.concat(
          await Promise.all(
            (await readdir(folder)).filter((name) => name.startsWith('keys.db')).map((name) => readFile(join(folder, name))),
          ),
        );
      expect((await bytes()).includes(sealed)).toBe(true);
      await keys.destroy('net', 'ann');
      expect((await bytes()).includes(sealed)).toBe(false);
    });
  });

  it('refuses what is not a whole backup, a target that is taken, and a folder in use', async () => {
    await used(async ({ append }) => {
      await append('a-1');
      await backupDataFolder(folder, backup);
      await expect(backupDataFolder(folder, backup)).rejects.toThrow('is not empty');
      await expect(restoreDataFolder(backup, folder)).rejects.toBeInstanceOf(DataFolderInUse);
    });
    await expect(restoreDataFolder(parent, folder)).rejects.toThrow('is not a complete backup');
    await appendFile(join(backup, 'events.db'), 'x');
    await expect(restoreDataFolder(backup, folder)).rejects.toThrow('events.db was changed');
    await rm(join(backup, 'events.db'));
    await expect(restoreDataFolder(backup, folder)).rejects.toThrow('events.db is missing');
    await used(async ({ events }) => expect(await events.head()).toBeGreaterThan(0));
  });
});
