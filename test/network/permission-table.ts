/** docs/permissions.md, made from the one table that the guard goes by. Rewrite it with `node -r ./scripts/typescript.cjs test/network/write-permission-table.ts`. */
export function permissionTable(
  rolesWith: Readonly<Record<string, readonly string[]>>,
  roles: readonly string[],
  messages: Readonly<Record<string, string>>,
): string {
  const names = roles.map((role) => messages[`network.role.${role}`] ?? role);
  const rows = Object.entries(rolesWith).map(([permission, holders]) => [
    messages[`network.permission.${permission}`] ?? permission,
    `\`${permission}\``,
    ...roles.map((role) => (holders.includes(role) ? '●' : '')),
  ]);
  return [
    '# Who may do what',
    '',
    'Permissions guard routes; roles are named sets of them. Somebody with several roles may do what any of them may. Made from',
    '`src/network/domain/roles.ts`, and a test holds the two together.',
    '',
    ...table(['', 'permission', ...names], rows),
    '',
    '- Everybody who is signed in has their own account page: name, password, second factor, sessions.',
    '- API keys hold scopes from the same list; nobody gives a key more than they hold themselves.',
    '- Only owners make, change or disable owners; a manager holds whatever any other role does, and so can hand it out.',
    '- Nobody changes their own roles or disables themselves, so a network always keeps an owner.',
    '- Location staff act at one location: what they may do, they may do there only.',
    '',
  ].join('\n');
}

/** As prettier writes tables: every column as wide as its widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
