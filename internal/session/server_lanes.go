package session

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// never is a number that no lane reaches: a lane halted there stays halted for this connection.
const never = ^uint64(0)

func (s *Server) lane(channel string, producer holdfast.ProducerID) laneKey {
	if producer.IsZero() {
		producer = s.producer
	}
	return laneKey{channel, producer}
}

func (s *Server) publish(p *wire.Publish, fx []ServerEffect) []ServerEffect {
	k := s.lane(p.Channel, p.Producer)
	if p.Number == 0 || k.producer.IsZero() && s.lanes == LanesOfProducers {
		return s.end(holdfast.CodeBadFrame, "publish: number and producer are wanted", fx)
	}
	if len(s.halts) > 0 && s.halted(k, p.Number, p.Number) {
		return fx
	}
	if err := holdfast.CheckChannel(p.Channel); err != nil {
		return append(fx, ServerEffect{Kind: FxSvRefused, Channel: p.Channel, Producer: p.Producer, Number: p.Number, Code: holdfast.CodeBadChannel, Detail: err.(*holdfast.Error).Detail})
	}
	if s.flooded() && s.lanes == LanesOfProducers { // who numbers nothing has not been told of a limit: it is not read from instead
		return s.end(holdfast.CodeOverloaded, floodDetail, fx)
	}
	f := ServerEffect{Kind: FxSvSubmit, Producer: k.producer}
	switch {
	case len(p.Data) > int(s.limits.MaxMessage):
		f.Code = holdfast.CodeMessageTooLarge
	case s.codec != wire.JSON && !payloadIs(p.Type, p.Data): // a JSON frame that could be read has good data
		f.Code = holdfast.CodeBadPayload
	}
	return append(fx, f)
}

// payloadIs reports whether data is of the type that it is said to be, since subscribers of either codec
// must be able to read it.
func payloadIs(t holdfast.ContentType, data []byte) bool {
	switch t {
	case holdfast.JSON:
		return wire.ValidJSON(data)
	case holdfast.Text:
		return utf8.Valid(data)
	}
	return t == holdfast.Binary
}

func (s *Server) skip(p *wire.Skip, fx []ServerEffect) []ServerEffect {
	k := s.lane(p.Channel, p.Producer)
	if k.producer.IsZero() || p.From == 0 || (p.To < p.From && p.Successor.IsZero()) || p.To >= never-1 {
		return s.end(holdfast.CodeBadFrame, "skip: from, to and producer are wanted", fx)
	}
	if len(s.halts) > 0 && s.halted(k, p.From, p.To) {
		return fx
	}
	if holdfast.CheckChannel(p.Channel) != nil { // nothing was ever stored there, so nothing is to be skipped
		return append(fx, ServerEffect{Kind: FxSvStored, Channel: p.Channel, Producer: p.Producer, Number: p.To, Count: 1, Flags: wire.FlagSkipped})
	}
	if s.flooded() {
		return s.end(holdfast.CodeOverloaded, floodDetail, fx)
	}
	return append(fx, ServerEffect{Kind: FxSvSubmitSkip, Producer: k.producer})
}

// floodFactor is how many times over max_in_flight a connection is ended. A client that keeps to it may have twice as
// much here for a moment, since what it sends again after a refusal meets what it sent before.
const floodFactor = 4

const floodDetail = "far more publishes are unanswered than max_in_flight allows"

// flooded counts a draft and reports whether there are too many.
func (s *Server) flooded() bool {
	s.unanswered++
	return s.unanswered > floodFactor*int(max(s.limits.MaxInFlight.Records, 1))
}

// halted reports whether numbers from..to of a lane are to be discarded, and ends the halt if the awaited
// number is among them.
func (s *Server) halted(k laneKey, from, to uint64) bool {
	for i := range s.halts {
		h := &s.halts[i]
		if h.lane != k {
			continue
		}
		if from > h.number {
			return true
		}
		if to >= h.number {
			s.halts = slices.Delete(s.halts, i, i+1)
		}
		return false
	}
	return false
}

// halt stops a lane at number; it reports false if it was halted there or before already, so that its
// refusal has been told.
func (s *Server) halt(k laneKey, number uint64) (told, ok bool) {
	for i := range s.halts {
		if h := &s.halts[i]; h.lane == k {
			if h.number <= number {
				return true, true
			}
			h.number = number
			return false, true
		}
	}
	if len(s.halts) >= s.limits.MaxHalted {
		return false, false
	}
	s.halts = append(s.halts, halt{k, number})
	return false, true
}

func (s *Server) answered(e *ServerEvent, fx []ServerEffect) []ServerEffect {
	producer := e.Producer
	if producer == s.producer {
		producer = holdfast.ProducerID{} // the hello's need not be named
	}
	switch e.Answer {
	case AnswerStored:
		return s.stored(e, producer, e.Offset, 0, fx)
	case AnswerDuplicate:
		return s.stored(e, producer, e.Offset, wire.FlagDuplicate, fx)
	case AnswerSkipped:
		return s.stored(e, producer, 0, wire.FlagSkipped, fx)
	case AnswerRefused:
		return append(fx, s.refused(e, producer, e.Code, s.refusalDetail(e, e.Code)))
	case AnswerDeferred:
		if s.lanes == NoLanes {
			f := s.refused(e, producer, e.Code, "")
			f.After = s.limits.RetryAfter
			return append(fx, f)
		}
		// a seal of a lane that has nothing to skip comes again from the number behind its last
		return s.haltedReply(e, producer, max(e.Number, e.From), ServerEffect{Code: e.Code, After: s.limits.RetryAfter}, fx)
	case AnswerHole:
		return s.haltedReply(e, producer, e.Expected, ServerEffect{Code: holdfast.CodeHole, Expected: e.Expected}, fx)
	case AnswerProducerUnknown:
		return s.haltedReply(e, producer, e.Expected, ServerEffect{Code: holdfast.CodeProducerUnknown, Expected: e.Expected}, fx)
	case AnswerConflict:
		return s.haltedReply(e, producer, never, ServerEffect{Code: holdfast.CodeProducerConflict}, fx)
	case AnswerUnknown:
		f := s.refused(e, producer, holdfast.CodeUnknownOutcome, "")
		f.Expected = e.Expected
		return append(fx, f)
	}
	return s.end(holdfast.CodeInternalError, "the store gave no answer", fx)
}

// stored answers a draft, as part of the run before it if it goes on where that ended.
func (s *Server) stored(e *ServerEvent, producer holdfast.ProducerID, offset uint64, flags wire.StoredFlags, fx []ServerEffect) []ServerEffect {
	if s.limits.Synced && flags&wire.FlagSkipped == 0 {
		flags |= wire.FlagSynced
	}
	if n := len(fx); n > 0 {
		f := &fx[n-1]
		if f.Kind == FxSvStored && f.Flags == flags && f.Number+1 == e.Number && f.Channel == e.Channel && f.Producer == producer &&
			(f.Offset+1 == offset && f.Offset != 0 || f.Offset == 0 && offset == 0) {
			f.Number, f.Offset = e.Number, offset
			f.Count++
			return fx
		}
	}
	return append(fx, ServerEffect{Kind: FxSvStored, Channel: e.Channel, Producer: producer, Number: e.Number, Count: 1, Offset: offset, Flags: flags})
}

func (s *Server) refused(e *ServerEvent, producer holdfast.ProducerID, code holdfast.Code, detail string) ServerEffect {
	return ServerEffect{Kind: FxSvRefused, Channel: e.Channel, Producer: producer, Number: e.Number, Code: code, Detail: detail}
}

func (s *Server) refusalDetail(e *ServerEvent, code holdfast.Code) string {
	switch code {
	case holdfast.CodeMessageTooLarge:
		return "publish: data is over the limit of " + strconv.Itoa(int(s.limits.MaxMessage)) + " bytes"
	case holdfast.CodeBadPayload:
		return "publish: data is not valid " + e.Content.String()
	}
	return ""
}

// haltedReply halts the draft's lane at number, and tells it once.
func (s *Server) haltedReply(e *ServerEvent, producer holdfast.ProducerID, number uint64, f ServerEffect, fx []ServerEffect) []ServerEffect {
	told, ok := s.halt(laneKey{e.Channel, e.Producer}, number)
	if !ok {
		return s.end(holdfast.CodeOverloaded, "too many lanes are halted on this connection", fx)
	}
	if told && number != e.Number && e.Answer != AnswerDeferred {
		return fx
	}
	f.Kind, f.Channel, f.Producer, f.Number = FxSvRefused, e.Channel, producer, e.Number
	return append(fx, f)
}
