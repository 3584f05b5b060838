package network

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/netlab"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// asking has the server ask a hook on its own host about every client, which is told the client's address.
func asking(t *testing.T, host *netlab.Host) (url string, remotes <-chan string) {
	t.Helper()
	ln, err := host.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 1)
	h := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var q struct{ Remote string }
		json.NewDecoder(r.Body).Decode(&q) //nolint:errcheck // an empty one is seen
		told <- q.Remote
		io.WriteString(rw, `{"user":"ann"}`)
	})}
	ended := make(chan struct{})
	go func() { h.Serve(ln); close(ended) }()
	t.Cleanup(func() { h.Close(); <-ended })
	return "http://" + ln.Addr().String(), told
}

// greet connects from a host, and says hello.
func greet(t *testing.T, ctx context.Context, from *netlab.Host, url string, header http.Header) {
	t.Helper()
	tr := &http.Transport{DialContext: from.Dial}
	c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{wire.JSON.Subprotocol()}, HTTPHeader: header, HTTPClient: &http.Client{Transport: tr}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	hello := wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID(), Token: "opaque"}
	if err := c.Write(ctx, websocket.MessageText, hello.Append(nil, wire.JSON)); err != nil {
		t.Fatal(err)
	}
	if _, b, err := c.Read(ctx); err != nil || !strings.Contains(string(b), `"t":"welcome"`) {
		t.Fatalf("%s, %v", b, err)
	}
}

// Behind each of the proxies the server sees the client's address, and no client can choose another: neither through the proxy, nor beside it.
func TestClientAddressBehindAProxy(t *testing.T) {
	t.Parallel()
	v2 := kinds[1]
	v2.replace = append(slices.Clone(v2.replace), [2]string{`(server holdfast1 \S+)`, "${1} send-proxy-v2"})
	for _, tt := range []struct {
		name  string
		kind  kind
		flags []string
	}{{"nginx", kinds[0], nil}, {"haproxy", kinds[1], nil}, {"haproxy with send-proxy-v2", v2, []string{"--proxy-protocol", "on"}}, {"caddy", kinds[2], nil}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &proxied{world: newWorld(t, tt.kind.name), kind: tt.kind}
			router, host, client := p.Router("router"), p.Host("server"), p.Host("client")
			p.host = p.Host("proxy")
			for _, h := range []*netlab.Host{host, p.host, client} {
				p.Link(h, router)
			}
			hook, remotes := asking(t, host)
			p.serve(host, append([]string{"--auth-webhook", hook, "--trusted-proxy", p.host.Addr().String()}, tt.flags...)...)
			p.write("conf", tt.kind.config(t, netip.AddrPortFrom(host.Addr(), port).String(), p.dir))
			p.certificate(p.host.Addr())
			p.run()
			ctx, cancel := context.WithTimeout(p.ctx, patience)
			defer cancel()
			forged := http.Header{"X-Forwarded-For": {"198.51.100.1"}, "Forwarded": {"for=198.51.100.1"}}
			for name, url := range map[string]string{"through the proxy": "ws://" + p.host.Addr().String() + "/ws", "beside it": "ws://" + netip.AddrPortFrom(host.Addr(), port).String() + "/ws"} {
				for _, h := range []http.Header{nil, forged} {
					greet(t, ctx, client, url, h)
					got := <-remotes
					if from, err := netip.ParseAddrPort(got); err != nil || from.Addr() != client.Addr() {
						t.Errorf("%s, with %v: the client is %s, want %s", name, h, got, client.Addr())
					}
				}
			}
		})
	}
}
