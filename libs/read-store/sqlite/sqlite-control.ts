import type { Database } from 'better-sqlite3';
import type { ControlRecord, ControlRecords } from '../read-store.port.js';

type Run = <T>(work: () => T) => Promise<T>;

export function sqliteControl(db: Database, write: Run, read: Run): ControlRecords {
  const list = db.prepare<[string, string], { key: string; value: string }>(
    'SELECT key, value FROM control WHERE substr(key, 1, length(?)) = ? ORDER BY key',
  );
  const add = db.prepare('INSERT INTO control (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const put = db.prepare('INSERT INTO control (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM control WHERE key = ?');
  return {
    list: (prefix) =>
      read(
        () => list.all(prefix, prefix).map(({ key, value }) => ({ key, value: JSON.parse(value) as ControlRecord['value'] })), // written from one
      ),
    add: ({ key, value }) => write(() => add.run(key, JSON.stringify(value)).changes === 1),
    put: ({ key, value }) =>
      write(() => {
        put.run(key, JSON.stringify(value));
      }),
    remove: (key) =>
      write(() => {
        remove.run(key);
      }),
  };
}
