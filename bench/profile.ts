/** What a cpuprofile says: the functions that kept a thread busy by themselves. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Hot {
  readonly name: string;
  /** Of the time that the thread was busy. */
  readonly share: number;
}

/** The profile of the busiest thread in a folder that `--cpu-prof-dir` filled. */
export function hottest(folder: string, count = 25): { readonly file: string; readonly functions: readonly Hot[] } {
  const [file] = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => join(folder, name))
    .sort((a, b) => busy(b) - busy(a) || statSync(b).size - statSync(a).size);
  if (!file) throw new Error(`${folder} has no profile`);
  const times = selfTimes(file);
  const total = [...times.values()].reduce((sum, each) => sum + each, 0);
  const functions = [...times].sort((a, b) => b[1] - a[1]).slice(0, count);
  return { file, functions: functions.map(([name, micros]) => ({ name, share: micros / total })) };
}

const busy = (file: string): number => [...selfTimes(file).values()].reduce((sum, each) => sum + each, 0);

function selfTimes(file: string): Map<string, number> {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, at) => {
    const name = names.get(id)!;
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return times;
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const file = url.startsWith('file:') ? relative(join(__dirname, '..'), fileURLToPath(url)) : url;
  return file ? `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}` : functionName;
}
