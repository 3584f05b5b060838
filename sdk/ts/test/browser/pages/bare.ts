// A page with nothing but the browser's own WebSocket, in the envelope dialect, and IndexedDB.
const bare = {
  ws: undefined as WebSocket | undefined,
  closed: [] as number[],
  connect(url: string): Promise<void> {
    const ws = new WebSocket(url);
    bare.ws = ws;
    return new Promise((resolve, reject) => {
      ws.onopen = () => resolve();
      ws.onclose = e => {
        bare.closed.push(e.code);
        reject(new Error(`closed with ${e.code}`));
      };
    });
  },
  publish(text: string): void {
    bare.ws?.send(JSON.stringify({ id: text, type: 'DATA', channel: 'chat:lobby', data: text }));
  },
  async keep(value: string): Promise<void> {
    const db = await open();
    const tx = db.transaction('s', 'readwrite', { durability: 'strict' });
    tx.objectStore('s').put(value, 'k');
    await new Promise((resolve, reject) => {
      tx.oncomplete = resolve;
      tx.onabort = reject;
    });
  },
  async kept(): Promise<unknown> {
    const request = (await open()).transaction('s').objectStore('s').get('k');
    return new Promise(resolve => {
      request.onsuccess = () => resolve(request.result);
    });
  },
};

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('bare');
  request.onupgradeneeded = () => request.result.createObjectStore('s');
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

declare global {
  interface Window {
    bare: typeof bare;
  }
}
window.bare = bare;

export {};
