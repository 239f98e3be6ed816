import type { Dependency, SourceFile, SourceTree } from './source-tree';

/** Where a file stands in the house. `edge` is what lets someone in: features, facade, module, index, registration. */
type Floor = 'kernel' | 'platform' | 'domain' | 'read-models' | 'policies' | 'edge' | 'cli' | 'roof';

interface Place {
  readonly floor: Floor;
  readonly module?: string;
}

export const mayUse: Readonly<Record<string, readonly string[]>> = {
  network: [],
  payments: ['network'],
  cards: ['payments', 'network'],
  'group-gifting': ['cards', 'payments', 'network'],
  redemption: ['cards', 'network'],
  settlement: ['cards', 'redemption', 'network'],
  audit: [],
  dashboard: ['network', 'payments', 'cards', 'group-gifting', 'redemption', 'settlement', 'audit'],
};

const plain: readonly Floor[] = ['kernel', 'domain', 'read-models', 'policies'];
const ownFloors: Readonly<Record<Floor, readonly Floor[]>> = {
  kernel: [],
  platform: [],
  domain: ['domain'],
  'read-models': ['domain', 'read-models'],
  policies: ['domain', 'policies'],
  edge: ['domain', 'read-models', 'policies', 'edge'],
  cli: ['cli'],
  roof: [],
};

export function placeOf(path: string): Place {
  const [first, second] = path.split('/');
  if (second === undefined) return { floor: 'roof' };
  if (first === 'kernel' || first === 'platform' || first === 'cli') return { floor: first };
  const inner = second === 'domain' || second === 'read-models' || second === 'policies';
  return { floor: inner ? second : 'edge', module: first };
}

/** The table of docs/context-map.md: who may import whom. */
export function importViolations({ code }: SourceTree): readonly string[] {
  return code.flatMap((file) =>
    file.dependencies.flatMap((dependency) => {
      const reason = refusal(placeOf(file.path), file, dependency);
      return reason ? [`${file.path} imports ${dependency.specifier}: ${reason}`] : [];
    }),
  );
}

function refusal(from: Place, file: SourceFile, dependency: Dependency): string | undefined {
  if (from.floor === 'roof') return undefined;
  if (dependency.target === undefined) return packageRefusal(from, file, dependency);
  const to = placeOf(dependency.target);
  if (to.floor === 'kernel') return undefined;
  if (to.floor === 'platform') return plain.includes(from.floor) ? 'plain folders know no platform' : undefined;
  if (from.floor === 'kernel' || from.floor === 'platform') return `${from.floor} knows nothing above it`;
  if (to.floor === 'roof') return from.floor === 'cli' ? undefined : 'nobody but the command line imports the roof';
  if (to.module === from.module) return ownFloors[from.floor].includes(to.floor) ? undefined : `${from.floor} does not know ${to.floor}`;
  return neighbourRefusal(from, to, dependency);
}

function neighbourRefusal(from: Place, to: Place, { target, typeOnly }: Dependency): string | undefined {
  if (target !== `${to.module}/index.ts`) return `${to.module} is entered by its index`;
  if (from.floor === 'cli') return undefined;
  if (from.floor === 'domain') return 'a domain knows no other module';
  const allowed = mayUse[from.module ?? ''];
  if (!allowed) return `the module ${from.module} is not in the table`;
  if (!allowed.includes(to.module ?? '')) return `${from.module} may not use ${to.module}`;
  return from.floor === 'edge' || typeOnly ? undefined : `${from.floor} takes only types from another module`;
}

function packageRefusal(from: Place, file: SourceFile, { specifier }: Dependency): string | undefined {
  if (plain.includes(from.floor)) return 'plain folders use no package, not even node:';
  const nest = specifier.startsWith('@nestjs/');
  const livesWithNest = /\/features\/|\.module\.ts$|\.facade\.ts$/.test(file.path);
  return nest && from.floor === 'edge' && !livesWithNest ? 'Nest lives in features, the facade and the module file' : undefined;
}

/** Worker threads load the registrations: whatever they reach must be free of Nest and of the platform's machinery. */
export function registrationViolations(tree: SourceTree): readonly string[] {
  const files = new Map(tree.code.map((file) => [file.path, file]));
  return tree.code
    .filter(({ path }) => path.endsWith('.registration.ts'))
    .flatMap(({ path }) =>
      [...reached(files, [path])].flatMap((each) =>
        (files.get(each)?.dependencies ?? [])
          .filter(({ target, typeOnly }) => target === undefined && !typeOnly)
          .map(({ specifier }) => `${path} reaches ${specifier} through ${each}`),
      ),
    );
}

/** Every file that these load at run time, themselves included. */
export function reached(files: ReadonlyMap<string, SourceFile>, from: readonly string[], types = false): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (!file || seen.has(path)) continue;
    seen.add(path);
    waiting.push(...file.dependencies.filter(({ typeOnly }) => types || !typeOnly).flatMap(({ target }) => target ?? []));
  }
  return seen;
}
