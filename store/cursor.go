package store

// Moved is what became of a cursor update.
type Moved uint8

const (
	// MovedNot says that nothing has changed: the update was not newer, or for a generation that the cursor
	// never had.
	MovedNot Moved = iota
	// MovedOn says that the cursor has moved.
	MovedOn
	// MovedTaken says that the update was of an older generation; nothing has changed.
	MovedTaken
)

// Move applies an update to a cursor, as [Backend.SaveCursors] has it. The zero Cursor was never opened, and does
// not move.
func (c *Cursor) Move(u *CursorUpdate) Moved {
	switch {
	case c.Generation == 0:
		return MovedNot
	case u.Generation < c.Generation:
		return MovedTaken
	case u.Generation > c.Generation:
		return MovedNot
	case c.Known && u.Position.Term == c.Position.Term && u.Position.Offset <= c.Position.Offset:
		return MovedNot
	}
	c.Position, c.Known = u.Position, true
	return MovedOn
}
