package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/config"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/policy/schema"
	"github.com/holdfast-ws/holdfast/store"
)

// limitFlags say how much clients may send. 0 is no limit.
type limitFlags struct {
	LimitConnectionMessages  float64       `placeholder:"N" min:"0" help:"Messages of the protocol, of any kind, that a connection may send a second. 0: no limit, as with those that follow."`
	LimitConnectionPublishes float64       `placeholder:"N" min:"0" help:"Records that a connection may publish a second."`
	LimitConnectionBytes     size          `placeholder:"SIZE" help:"Bytes of records that a connection may publish a second."`
	LimitUserMessages        float64       `placeholder:"N" min:"0" help:"Messages that a user may send a second, over all connections."`
	LimitUserPublishes       float64       `placeholder:"N" min:"0" help:"Records that a user may publish a second."`
	LimitUserBytes           size          `placeholder:"SIZE" help:"Bytes of records that a user may publish a second."`
	LimitAddressMessages     float64       `placeholder:"N" min:"0" help:"Messages that an address may send a second, over all connections."`
	LimitAddressPublishes    float64       `placeholder:"N" min:"0" help:"Records that an address may publish a second."`
	LimitAddressBytes        size          `placeholder:"SIZE" help:"Bytes of records that an address may publish a second."`
	LimitAddressConnects     float64       `placeholder:"N" min:"0" help:"Connections that an address may make a second."`
	LimitBurst               time.Duration `default:"1s" placeholder:"DURATION" min:"1ms" max:"1h" help:"How much of each may come at once after a pause: what flows in in this time (${default}), and at least one."`
}

func (f *limitFlags) limits() policy.Limits {
	rate := func(perSecond float64) policy.Rate {
		if perSecond == 0 {
			return policy.Rate{}
		}
		return policy.Rate{PerSecond: perSecond, Burst: int(min(max(1, math.Ceil(perSecond*f.LimitBurst.Seconds())), math.MaxInt32))}
	}
	rates := func(messages, publishes float64, bytes size) policy.Rates {
		return policy.Rates{Messages: rate(messages), Publishes: rate(publishes), Bytes: rate(float64(bytes))}
	}
	return policy.Limits{
		Connection: rates(f.LimitConnectionMessages, f.LimitConnectionPublishes, f.LimitConnectionBytes),
		User:       rates(f.LimitUserMessages, f.LimitUserPublishes, f.LimitUserBytes),
		Address:    rates(f.LimitAddressMessages, f.LimitAddressPublishes, f.LimitAddressBytes),
		Connects:   rate(f.LimitAddressConnects),
	}
}

// namespaceOptions are what the file says of one namespace.
type namespaceOptions struct {
	Subscribe        policy.Who    `default:"anyone" enum:"anyone,users,granted,self,nobody" help:"Who may subscribe."`
	Publish          policy.Who    `default:"anyone" enum:"anyone,users,granted,self,nobody" help:"Who may publish."`
	History          policy.Who    `default:"anyone" enum:"anyone,users,granted,self,nobody" help:"Who may read what was published before."`
	ResumeWithin     time.Duration `default:"5m" min:"1s" help:"How old records may be that a subscriber gets which comes back and may not read history."`
	MaxRecord        size          `help:"Largest record; 0: the server's limit alone."`
	Schema           string        `placeholder:"FILE" help:"JSON schema that records must fit; a relative path begins at the folder of this file."`
	Rate             float64       `min:"0" help:"Records that a user may publish in the namespace a second, or an address where there are no users; 0: no limit."`
	Burst            int           `min:"0" help:"Records that may come at once after a pause; 0: a second's worth."`
	RetentionBytes   size          `help:"How much of a channel is kept; 0: no bound. Without it the server's retention-bytes counts, and so with the next two."`
	RetentionAge     time.Duration `min:"0s" help:"How long records are kept; 0: no bound."`
	RetentionRecords uint64        `help:"How many records of a channel are kept; 0: no bound."`
}

const namespacesKey = "namespaces"

// serveSections are the sections that the file of serve may have.
func serveSections() []config.Section {
	var cli struct {
		Namespace namespaceOptions `cmd:""`
	}
	return []config.Section{{Key: namespacesKey, Help: "Policies for channels, by the part of their names before the first colon; \"*\" is for all others.",
		Options: config.Options(kong.Must(&cli).Model.Children[0], envPrefix+"_NAMESPACE"),
		Check: func(e config.Entry) error {
			n, err := namespaceOf(e, store.Retention{})
			if err == nil {
				_, err = policy.NewSet([]policy.Namespace{n})
			}
			return err
		}}}
}

// namespacesOf makes policies of what the file says.
func namespacesOf(s *config.Settings, otherwise store.Retention) (list []policy.Namespace, err error) {
	for _, e := range s.Entries(namespacesKey) {
		n, err := namespaceOf(e, otherwise)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func namespaceOf(e config.Entry, otherwise store.Retention) (policy.Namespace, error) {
	s := e.Settings
	n := policy.Namespace{Name: e.Name,
		Subscribe: config.Value[policy.Who](s, "subscribe"), Publish: config.Value[policy.Who](s, "publish"), History: config.Value[policy.Who](s, "history"),
		ResumeWithin: config.Value[time.Duration](s, "resume-within"), MaxRecord: int(config.Value[size](s, "max-record")),
		Rate: policy.Rate{PerSecond: config.Value[float64](s, "rate"), Burst: config.Value[int](s, "burst")}}
	keep, says := otherwise, false
	set := func(name string, take func()) {
		if _, _, ok := s.Text(name); ok {
			take()
			says = true
		}
	}
	set("retention-bytes", func() { keep.Bytes = int64(config.Value[size](s, "retention-bytes")) })
	set("retention-age", func() { keep.Age = config.Value[time.Duration](s, "retention-age") })
	set("retention-records", func() { keep.Records = config.Value[uint64](s, "retention-records") })
	if says {
		n.Retention = &keep
	}
	if path := config.Value[string](s, "schema"); path != "" {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(e.Source.Name), path)
		}
		doc, err := os.ReadFile(path)
		if err != nil {
			return n, &holdfast.Error{Code: holdfast.CodeIO, Op: "read schema", Cause: err, Hint: "check the path, which begins at the folder of the configuration"}
		}
		if n.Schema, err = parseSchema(doc); err != nil {
			return n, err
		}
	}
	return n, nil
}

// parseSchema keeps a nil *schema.Schema from becoming a Validator that is not nil.
func parseSchema(doc []byte) (policy.Validator, error) {
	s, err := schema.Parse(doc)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// writeNamespaceOptions writes the table of docs/namespaces.md.
func writeNamespaceOptions(w io.Writer) error { return serveSections()[0].Markdown(w) }
