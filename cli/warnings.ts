/** Some versions of Node warn that `node:sqlite` is new. That is nothing to a user; all other warnings stay. */
export function hideSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (...args: unknown[]): void => {
    const message = args[0] instanceof Error ? args[0].message : args[0];
    if (typeof message === 'string' && message.startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emitWarning, process, args);
  };
}
