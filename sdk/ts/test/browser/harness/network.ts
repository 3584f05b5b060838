// What a network does to connections: cuts that both ends hear of, and silence that nobody hears of. Both need root.
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { atExit, type Owner } from './owner.ts';
import type { Server } from './server.ts';

const run = promisify(execFile);

/** Local ports of the connections that processes have to the server. Without pids: of all. */
export async function portsOf(server: Server, pids?: number[]): Promise<number[]> {
  const { stdout } = await run('ss', ['-Htnp', 'state', 'established', `( dport = :${server.port} )`]);
  const ports: number[] = [];
  for (const line of stdout.split('\n')) {
    const local = /\s\S+:(\d+)\s+\S+:\d+/.exec(line);
    const owners = [...line.matchAll(/pid=(\d+)/g)].map(m => Number(m[1]));
    if (local && (!pids || owners.some(p => pids.includes(p)))) ports.push(Number(local[1]));
  }
  return ports;
}

/** Really cuts the connections of these processes to the server (of all, without pids): both ends get a reset. Returns how many. */
export async function cut(server: Server, pids?: number[]): Promise<number> {
  const ports = await portsOf(server, pids);
  for (const port of ports) await run('ss', ['-K', 'state', 'established', `( sport = :${port} and dport = :${server.port} )`]);
  return ports.length;
}

/**
 * Makes connections to the server silent: nothing that is sent arrives, and nobody is told.
 *
 * @param which 'all': everything on the server's port, also new connections; or the local ports of connections that shall go
 *   silent, while others go on (as with a NAT that forgot).
 * @returns what lets everything through again. The owner's end does so too.
 */
export async function blackHole(owner: Owner, server: Server, which: 'all' | number[] = 'all'): Promise<() => Promise<void>> {
  const port = String(server.port);
  const rules: string[][] = [];
  for (const local of which === 'all' ? [''] : which.map(String)) {
    const there = local ? ['--sport', local] : [];
    const back = local ? ['--dport', local] : [];
    rules.push(['INPUT', '-i', 'lo', '-p', 'tcp', ...there, '--dport', port, '-j', 'DROP']);
    rules.push(['INPUT', '-i', 'lo', '-p', 'tcp', '--sport', port, ...back, '-j', 'DROP']);
  }
  const ending = atExit(() => {
    for (const rule of rules) spawnSync('iptables', ['-w', '-D', ...rule]);
  });
  const remove = async () => {
    for (let rule = rules.pop(); rule; rule = rules.pop()) await run('iptables', ['-w', '-D', ...rule]);
    ending();
  };
  owner.own(remove);
  for (const rule of rules) await run('iptables', ['-w', '-I', ...rule]);
  return remove;
}
