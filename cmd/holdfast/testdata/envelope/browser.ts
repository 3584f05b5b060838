// What the printed class takes from a browser, and from imports that are not printed.
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const [url, storage] = process.argv.slice(2);

class FileStorage {
  private items: Record<string, string> = existsSync(storage) ? JSON.parse(readFileSync(storage, 'utf8')) : {};
  getItem(key: string) { return this.items[key] ?? null; }
  setItem(key: string, value: string) {
    this.items[key] = value;
    writeFileSync(storage, JSON.stringify(this.items));
  }
}

type Storage = FileStorage;
const window = { localStorage: new FileStorage() };
