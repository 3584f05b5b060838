package holdfast_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
)

func ExamplePosition() {
	p := holdfast.Position{Term: 0x3f2a, Offset: 17}
	fmt.Println(p)
	again, err := holdfast.ParsePosition(p.String())
	fmt.Println(again == p, err)
	// Output:
	// 0000000000003f2a@17
	// true <nil>
}

func TestPositionText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := holdfast.Position{Term: holdfast.Term(rapid.Uint64().Draw(t, "term")), Offset: rapid.Uint64().Draw(t, "offset")}
		got, err := holdfast.ParsePosition(p.String())
		if err != nil || got != p {
			t.Fatalf("ParsePosition(%q) = %v, %v; want %v", p.String(), got, err, p)
		}
	})
}

func TestParsePositionRefuses(t *testing.T) {
	for _, s := range []string{
		"", "17", "@", "-", "-@", "@1", "0000000000003f2a", "0000000000003f2a@", "3f2a@17",
		"0000000000003f2a@-1", "0000000000003f2a@18446744073709551616", "0000000000003f2g@1", "0000000000003f2a@1@2",
		"+00000000000000f@1", "0x00000000003f2a@1",
	} {
		if p, err := holdfast.ParsePosition(s); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("ParsePosition(%q) = %v, %v; want bad_argument", s, p, err)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	f.Add("0000000000003f2a@17")
	f.Add("-@0")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := holdfast.ParsePosition(s)
		if err != nil {
			return
		}
		if again, err := holdfast.ParsePosition(p.String()); err != nil || again != p {
			t.Fatalf("%q → %v → %v, %v", s, p, again, err)
		}
	})
}

func TestTermsAndProducersAreDrawnAtRandom(t *testing.T) {
	terms, producers := map[holdfast.Term]bool{0: true}, map[holdfast.ProducerID]bool{{}: true}
	for range 1000 {
		term, producer := holdfast.NewTerm(), holdfast.NewProducerID()
		if terms[term] || producers[producer] || producer.IsZero() {
			t.Fatalf("drawn twice, or zero: %v %v", term, producer)
		}
		terms[term], producers[producer] = true, true
	}
	if !(holdfast.ProducerID{}).IsZero() {
		t.Fatal("the zero id is not zero")
	}
}

func TestProducerText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p holdfast.ProducerID
		copy(p[:], rapid.SliceOfN(rapid.Byte(), len(p), len(p)).Draw(t, "id"))
		if got, err := holdfast.ParseProducerID(p.String()); err != nil || got != p {
			t.Fatalf("ParseProducerID(%q) = %v, %v", p.String(), got, err)
		}
	})
	for _, s := range []string{"", "00", "0000000000000000000000000000000", "0000000000000000000000000000000g", "000000000000000000000000000000000", "0000000000000000000000000000000000"} {
		if _, err := holdfast.ParseProducerID(s); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("ParseProducerID(%q): %v; want bad_argument", s, err)
		}
	}
}
