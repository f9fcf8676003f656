/** An input that can't be read, or that holds what no item can be made of. The message is one sentence for the user. */
import { messageOf } from '../words.ts';
export class InputError extends Error {
  override name = 'InputError';
}

/** What went wrong with a file, in words; for anything but a system error its own message. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'you may not read it';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ELOOP') return 'its symbolic links go round in a circle';
  return messageOf(error);
}
