package disk

import (
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

// cachedNodes is how many nodes are kept in memory: all that some dozens of publishers who are cut at once can
// have on their way. It must be a power of two.
const cachedNodes = 1 << 15

// nodeCache keeps the nodes of the records that were written or looked for last, about 2 MiB of them. A
// publisher that was cut sends again what was on its way, and each of these duplicates is found over some
// dozens of nodes, which lie in as many blocks if there are many publishers.
type nodeCache struct {
	slots []cachedNode
	block block.Block
	loads int // how many blocks have been read
}

type cachedNode struct {
	id, offset uint64
	node       store.Node
}

// slot is the one place for a node: the records of one channel lie side by side, as in a ring.
func (n *nodeCache) slot(id, offset uint64) *cachedNode {
	if n.slots == nil {
		n.slots = make([]cachedNode, cachedNodes)
	}
	const spread = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio (Knuth, TAOCP 6.4)
	return &n.slots[(id*spread>>32+offset)%cachedNodes]
}

func (n *nodeCache) add(id, offset uint64, node *store.Node) {
	*n.slot(id, offset) = cachedNode{id: id, offset: offset, node: *node}
}

// get returns the node of a record that is durable.
func (n *nodeCache) get(s *Store, id, offset uint64) (store.Node, error) {
	if c := n.slot(id, offset); c.id == id && c.offset == offset {
		return c.node, nil
	}
	if err := n.load(s, id, offset); err != nil {
		return store.Node{}, err
	}
	return n.block.Node(offset), nil
}

// load reads the block with a record, and keeps all its nodes.
func (n *nodeCache) load(s *Store, id, offset uint64) error {
	n.loads++
	it, err := s.newBlocks(id)
	if err != nil {
		return err
	}
	defer it.close()
	ok, err := it.kept(&n.block, offset)
	if err != nil {
		return err
	}
	if !ok || offset > n.block.Last() {
		return errDamaged
	}
	for at := n.block.First; at <= n.block.Last(); at++ {
		node := n.block.Node(at)
		n.add(id, at, &node)
	}
	return nil
}

// Node implements [store.Nodes] for the channel with what the batch adds to it.
func (cb *chanBatch) Node(offset uint64) (store.Node, bool, error) {
	if offset <= cb.next.floor {
		return store.Node{}, false, nil
	}
	if offset > cb.next.head {
		return store.Node{}, false, cb.w.s.readError("append", errDamaged)
	}
	for i := len(cb.blocks) - 1; i >= 0; i-- {
		if b := cb.blocks[i]; offset >= b.First {
			return b.Node(offset), true, nil
		}
	}
	n, err := cb.w.nodes.get(cb.w.s, cb.next.id, offset)
	if err != nil {
		return store.Node{}, false, cb.w.s.readError("append", err)
	}
	return n, true, nil
}
