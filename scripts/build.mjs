// Compiles src to dist with the options of .swcrc (the same that jest uses) and copies templates, catalogues and styles.
// Only what is newer than its output is written, each file by rename, so that a running process never sees half a file.
import { transformFile } from '@swc/core';
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const from = join(root, 'src');
const to = join(root, 'dist');

const mtime = (file) =>
  stat(file).then(
    (s) => s.mtimeMs,
    () => 0,
  );

async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath ?? e.path, e.name));
}

async function build(source) {
  const name = relative(from, source);
  const target = join(to, name.replace(/\.ts$/, '.js'));
  const newest = Math.max(await mtime(source), await mtime(join(root, '.swcrc')));
  if ((await mtime(target)) >= newest) return target;
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  if (name.endsWith('.ts')) {
    const { code, map } = await transformFile(source, { sourceMaps: true, configFile: join(root, '.swcrc'), sourceFileName: source });
    await writeFile(`${part}.map`, map);
    await writeFile(part, `${code}\n//# sourceMappingURL=${target.split('/').pop()}.map\n`);
    await rename(`${part}.map`, `${target}.map`);
  } else {
    await copyFile(source, part);
  }
  await rename(part, target);
  return target;
}

const sources = (await files(from)).filter((file) => !file.endsWith('.d.ts') && !file.endsWith('.md'));
const written = new Set(await Promise.all(sources.map(build)));
const stale = (await files(to)).filter((file) => !file.includes('.part') && !written.has(file.replace(/\.js\.map$/, '.js')));
await Promise.all(stale.map((file) => rm(file, { force: true })));
