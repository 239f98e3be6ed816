import { resolve } from 'node:path';
import { backupDataFolder, type Manifest, restoreDataFolder, type Restored } from '../../platform/backup';
import { UsageError, type Verb } from '../verb';

const backup: Verb<Manifest & { readonly folder: string }> = {
  words: ['backup'],
  summary:
    'Copies the data folder into a new folder, also while the product runs. Keep it as you would keep the money: the master key is in it.',
  positionals: ['FOLDER'],
  options: {},
  files: 'here',
  async run({ config, positionals: [target] }) {
    const folder = resolve(target!);
    if (config.eventStoreUrl || config.mongoUrl)
      throw new UsageError('The data is on servers: back up EventStoreDB and MongoDB with their own tools.');
    return { ...(await backupDataFolder(config.dataFolder, folder)), folder };
  },
  show: ({ folder, takenAt, files }) => [`${Object.keys(files).length} files copied to ${folder} at ${takenAt}, each checked.`],
};

const restore: Verb<Restored> = {
  words: ['restore'],
  summary: 'Puts a backup in the place of the data folder, which is moved aside. People who were erased since stay erased.',
  positionals: ['FOLDER'],
  options: { erasures: { type: 'string' } },
  files: 'alone',
  async run({ config, positionals: [source], options: { erasures } }) {
    return restoreDataFolder(resolve(source!), config.dataFolder, {
      erasures: typeof erasures === 'string' ? resolve(erasures) : undefined,
    });
  },
  show: ({ before, erasedAgain }) => [
    'Restored. Read models are rebuilt at the next start.',
    ...(erasedAgain > 0 ? [`${erasedAgain} keys of erased people were destroyed again.`] : []),
    ...(before ? [`What was there before lies in ${before}.`] : []),
  ],
};

export const folderVerbs = [backup, restore] as readonly Verb[];
