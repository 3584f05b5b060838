package monitor

// Kind says how a metric is to be read.
type Kind uint8

const (
	// Gauge goes up and down.
	Gauge Kind = iota
	// Counter only goes up while the process lives.
	Counter
	// Distribution has a Snapshot and no samples.
	Distribution
)

// Metric is a figure for a monitoring system. Names and units are as Prometheus wants them: base units (seconds, bytes), the unit
// in the name, counters with _total.
type Metric struct {
	Name, Help string
	Kind       Kind
	// Label is the name of the samples' label; "" where there is one sample without.
	Label   string
	Samples []Sample
	// Snapshot of a Distribution: durations, which are shown in seconds.
	Snapshot *Snapshot
}

// Sample is a value, for one value of the label.
type Sample struct {
	Label string
	Value float64
}

// Source has figures. Metrics may be called concurrently, and returns the same names each time.
type Source interface {
	Metrics() []Metric
}
