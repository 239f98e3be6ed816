import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../platform/config';
import { createApp } from '../../app';
import type { Call } from '../verb';
import { UsageError } from '../verb';
import { employees, network, owner, password } from './cast';
import { planOf } from './plan';
import { Stage } from './stage';
import { StoryClock } from './story-clock';
import { found } from './found';
import { tell, type Told } from './tell';

/** What somebody needs to look around; kept in the data folder, so that a demo can be gone on with. */
export interface Demo {
  readonly folder: string;
  readonly url: string;
  readonly password: string;
  readonly people: readonly { readonly name: string; readonly email: string; readonly roles: readonly string[] }[];
  readonly shopKey: string;
  readonly cardLink: string;
  readonly cardCode: string;
  /** Activates devices of the first place until then; afterwards a new link is made at `devices`. Demos of earlier versions have none. */
  readonly till?: { readonly link: string; readonly until: string; readonly devices: string };
}

const FILE = 'demo.json';
const STORY_DAYS = 152;

/**
 * The demo in this data folder: the one that is there, or a new one. It is told beside the folder and moved into place when it is
 * whole, so an interrupted one leaves nothing half-told.
 */
export async function demoIn(config: Config, progress: Call['progress'], cards = 60): Promise<Demo> {
  const { dataFolder: folder, publicUrl } = config;
  if (config.eventStoreUrl || config.mongoUrl)
    throw new UsageError('The demo lives in a data folder of its own: leave EVENTSTORE_URL and MONGODB_URL unset.');
  if (existsSync(join(folder, FILE))) return demoOf(folder, publicUrl, JSON.parse(await readFile(join(folder, FILE), 'utf8')) as Told);
  if (existsSync(join(folder, 'events.db')))
    throw new UsageError(`${folder} holds a network that is no demo. Name another folder with DATA_DIR.`);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  const told = await tellIn({ ...config, dataFolder: part, demo: true, logLevel: 'silent' }, progress, cards);
  await writeFile(join(part, FILE), JSON.stringify(told, null, 2), { mode: 0o600 });
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
  return demoOf(folder, publicUrl, told);
}

async function tellIn(config: Config, progress: Call['progress'], cards: number): Promise<Told> {
  const now = Date.now();
  const clock = new StoryClock(now - STORY_DAYS * 86_400_000);
  const app = await createApp(config, { clock });
  try {
    const stage = new Stage(app, clock);
    const company = await found(stage);
    return await tell(stage, company, planOf(now - 5 * 60_000, cards), now, progress);
  } finally {
    await app.close();
  }
}

/** The secrets of links do not depend on the address that they begin with, so a demo can be served from another one. */
function demoOf(folder: string, url: string, { shopKey, link, code, till }: Told): Demo {
  const people = [{ ...owner, roles: ['owner'] }, ...employees.map(({ name, email, roles }) => ({ name, email, roles }))];
  return {
    folder,
    url: `${url}/n/${network.slug}`,
    password,
    people,
    shopKey,
    cardLink: url + new URL(link).pathname,
    cardCode: code,
    till: till && { link: url + till.link, until: till.until, devices: url + till.devices },
  };
}
