// Package hub moves records from publishers to subscribers: it owns channels, cursors, pages of encoded
// frames, the commit loop, the loaders, the shards and their flush workers.
//
// A subscriber is a cursor on a log. One loop serves it whether it is live or far behind: find the page that
// holds the next offset, write a range of it, move on. The page is the channel's tail, or a cached one, or one
// that a loader makes from the store while the cursor waits without a goroutine.
//
// The hub knows no frames ([Encoder] makes them) and no sockets ([Socket] takes bytes). What a connection
// means is its [Owner]'s business.
//
// # Goroutines
//
//   - one commit loop, the only caller of [store.Log.Append] and the only writer of tail pages; with CommitByReader readers are
//     so in turn with it, and open subscriptions beside the loaders;
//   - Options.Workers flush workers, which take turns at the shards: a shard owns its members, their cursors and the lists of those
//     cursors, and one worker at a time is at it;
//   - a few loaders, which read the store and open subscriptions;
//   - one for maintenance: retention, named cursors, quiet channels.
//
// # Locks
//
// Always taken in this order, and never the other way round:
//
//	committer.mu → Member.mu → registry.mu → channel.mu → cache.mu → one of the leaves
//
// The first exists for CommitByReader alone, where appends do not wait; it is the one that is held while records are encoded.
// The leaves (queue.mu, shard.mu, crew.mu, loader.mu, cursors.mu) are never held while another lock is taken. No lock
// is held over a read of the store or a write to a socket, and none of the others over encoding.
package hub
