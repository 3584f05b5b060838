// The main door of the package.
export {};
