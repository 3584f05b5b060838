package client

import (
	"errors"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

// A record that ended before the outbox had it was not enqueued, whatever ended it; one that the outbox had was.
func TestNotKept(t *testing.T) {
	failed := &holdfast.Error{Code: holdfast.CodeIO, Op: "sync outbox"}
	for name, tt := range map[string]struct {
		number uint64
		status Status
		want   error
	}{
		"the session failed first":                  {0, StatusFailed, failed},
		"the outbox failed":                         {1, StatusPending, failed},
		"it was kept, and refused by the server":    {1, StatusFailed, nil},
		"it was kept, and its outcome is not known": {1, StatusUnknown, nil},
	} {
		r := &Receipt{number: tt.number}
		r.end(tt.status, Ack{}, failed)
		if err := r.notKept(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}
