// Package simulation runs all of Holdfast in simulated time: the real server, hub, stores, client and outboxes, over a
// network in memory (internal/simnet) and a file system that forgets what was not synced. A seed fixes the world, what
// everybody does, and what is done to them at which moment; internal/check says whether the promises held. There are
// tests only.
package simulation
