import type { BuildOptions } from 'esbuild';

export const options: BuildOptions;
export const size: (file: string, code?: string) => Promise<number>;
export const doors: string[];
export const bundle: (folder: string) => Promise<void>;
