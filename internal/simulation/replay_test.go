package simulation

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// What the machines of a run saw is saved and read again, and new machines that see it do the same, step by step.
func TestReplay(t *testing.T) {
	for seed := range uint64(4) {
		x := simulate(t, draw(seed+100))
		path := filepath.Join(t.TempDir(), "machines")
		if err := x.machines.save(path); err != nil {
			t.Fatal(err)
		}
		r, err := loadRecording(path)
		if err != nil {
			t.Fatal(err)
		}
		differences, steps := r.replay()
		for _, d := range differences {
			t.Error(d)
		}
		t.Logf("%d machines, %d steps", len(r.Machines), steps)
		m := r.Machines[0]
		m.Steps = append(m.Steps[:1], m.Steps[2:]...)
		if m.replay() == "" {
			t.Errorf("%s does the same without its second step", m.Name)
		}
	}
}

// HOLDFAST_MACHINES=file lets new machines see what those of a run saw that has failed.
func TestReplayFile(t *testing.T) {
	path := os.Getenv("HOLDFAST_MACHINES")
	if path == "" {
		return
	}
	r, err := loadRecording(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Machines {
		fmt.Printf("== %s\n", m.Name)
		for i := range m.Steps {
			fmt.Println(m.Steps[i].String())
		}
	}
	differences, _ := r.replay()
	for _, d := range differences {
		t.Error(d)
	}
}
