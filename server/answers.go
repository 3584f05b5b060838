package server

import (
	"time"

	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/store"
)

// answers translates what the store decides into the machine's words; the machine knows no store.
var answers = [...]session.Answer{
	store.Stored: session.AnswerStored, store.Duplicate: session.AnswerDuplicate, store.Skipped: session.AnswerSkipped,
	store.Refused: session.AnswerRefused, store.Deferred: session.AnswerDeferred, store.Hole: session.AnswerHole,
	store.Conflict: session.AnswerConflict, store.Unknown: session.AnswerUnknown, store.ProducerUnknown: session.AnswerProducerUnknown,
}

// answer sets e to what became of a draft.
func answer(e *session.ServerEvent, d *store.Draft, r *store.Result) {
	*e = session.ServerEvent{Kind: session.SvAnswered, Answer: answers[r.Outcome], Content: d.Type, Channel: d.Channel,
		Producer: d.Producer, Number: d.Number, Offset: r.Offset, Expected: r.Expected, Code: r.Code, From: d.From}
	if d.Reason != nil && r.Code == d.Code && (r.Outcome == store.Refused || r.Outcome == store.Deferred) {
		e.Detail, e.After = d.Reason.Detail, milliseconds(d.Reason.RetryAfter)
	}
}

// milliseconds rounds up, so that nobody comes back too early.
func milliseconds(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }

// resume puts a resumption into an event.
func resume(e *session.ServerEvent, r *store.Resumption) {
	e.Resume = r.After
	if r.Forked {
		e.Fork = session.Range(r.Fork)
	}
	if !r.Trimmed.Empty() {
		e.Trimmed = session.Range(r.Trimmed)
	}
}
