/** Facts about the files that a job names, for checks that go beyond its text. Implemented where there is a file system. */
export interface InputProbe {
  /** How many files match; patterns start from `folder`, an absolute path. */
  files(patterns: string[], exclude: string[], folder: string): Promise<number>;
  /** The header line of a CSV file; null if it can't be read. */
  columns(csvPath: string, folder: string): Promise<string[] | null>;
  exists(path: string, folder: string): Promise<boolean>;
}
