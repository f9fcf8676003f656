/** A disk on which only what was synced outlasts a power cut. Shared by the run and all instances, as staging is. */
import { dirname } from 'node:path';

interface File {
  content: string;
  /** What is on the platter; null for nothing. */
  synced: string | null;
}

export class SimulatedDisk {
  private files = new Map<string, File>();
  /** Names as they are on the platter: a name is there once its folder is synced. */
  private durable = new Map<string, File>();

  write(path: string, content: string): void {
    const file = this.files.get(path);
    if (file) file.content = content;
    else this.files.set(path, { content, synced: null });
  }

  read(path: string): string | null {
    return this.files.get(path)?.content ?? null;
  }

  syncFile(path: string): void {
    const file = this.files.get(path);
    if (file) file.synced = file.content;
  }

  /** File systems with a journal bring all changes of names to the platter in order: so do those of other folders. */
  syncFolder(): void {
    this.durable = new Map(this.files);
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  list(folder: string): string[] {
    const names = new Set<string>();
    for (const path of this.files.keys())
      if (path.startsWith(`${folder}/`)) names.add(path.slice(folder.length + 1).split('/')[0]!);
    return [...names];
  }

  move(from: string, to: string): void {
    const file = this.files.get(from);
    if (!file) throw new Error(`ENOENT: no such file, rename '${from}' -> '${to}'`);
    this.files.delete(from);
    this.files.set(to, file);
  }

  remove(folder: string): void {
    for (const path of this.files.keys()) if (path === folder || path.startsWith(`${folder}/`)) this.files.delete(path);
  }

  /** The machine loses its power: names and contents are those of the last syncs. */
  powerCut(): void {
    this.files = new Map();
    for (const [path, { synced }] of this.durable) this.files.set(path, { content: synced ?? '', synced });
    this.durable = new Map(this.files);
  }

  /** All files below a folder, with what they hold. */
  *below(folder: string): Generator<[path: string, content: string]> {
    for (const [path, { content }] of this.files) if (dirname(path).startsWith(folder)) yield [path, content];
  }
}
