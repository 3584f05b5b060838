export const size: (file: string, code?: string) => Promise<number>;
