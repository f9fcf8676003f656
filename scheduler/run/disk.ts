/** What is done to files that outputs are made of. A simulation of faults has a disk of its own. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { move } from './move-file.ts';

export interface Disk {
  exists(path: string): boolean;
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): string[];
  makeFolder(folder: string): void;
  /** Whole or not at all, for those who look and for a machine that loses its power. */
  move(from: string, to: string): void;
  remove(folder: string): void;
  /** Has the names in a folder outlast the machine. */
  syncFolder(folder: string): void;
}

export const realDisk: Disk = {
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  makeFolder: (folder) => {
    mkdirSync(folder, { recursive: true });
  },
  move,
  remove: (folder) => rmSync(folder, { recursive: true, force: true }),
  syncFolder: (folder) => {
    const file = openSync(folder, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
};
