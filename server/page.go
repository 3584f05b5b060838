package server

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

//go:embed page
var pageFiles embed.FS

// page is the page at / with the headers that belong to it.
type page struct {
	html   []byte
	policy string // Content-Security-Policy
	etag   string
}

// thePage is put together at the first request, since most servers are never asked for it.
var thePage = sync.OnceValue(newPage)

// newPage puts style, script and the table of codes into one document, so that / is the only path to be routed.
// The policy allows exactly these two by their hashes, and a connection to this server alone.
func newPage() *page {
	style := readPage("page/page.css")
	script := readPage("page/page_gen.js") // built from web/page and the SDK in sdk/ts
	html := strings.NewReplacer(
		"{{style}}", style,
		"{{codes}}", codesJSON(),
		"{{script}}", script,
	).Replace(readPage("page/index.html"))
	return &page{
		html: []byte(html),
		policy: "default-src 'none'; script-src '" + sourceHash(script) + "'; style-src '" + sourceHash(style) + "'; " +
			"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		etag: fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(html)))[:33] + `"`,
	}
}

// readPage reads one of the files that the compiler has put in.
func readPage(name string) string {
	b, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// sourceHash is how a policy names an inline script or style.
func sourceHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// codesJSON is the table of codes as the page's script reads it: number to [action, what happened, what to do].
func codesJSON() string {
	unknown := holdfast.Code(1).What()
	table := map[holdfast.Code][3]string{}
	for c := holdfast.Code(1000); c < 4400; c++ {
		if c.What() != unknown {
			table[c] = [3]string{c.Action().String(), c.What(), c.Hint()}
		}
	}
	b, err := json.Marshal(table)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// servePage serves the page at /, which publishes and subscribes live. It needs nothing but itself and /ws.
func servePage(w http.ResponseWriter, r *http.Request) {
	p := thePage()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// kept, but asked about each time: the page must speak the protocol of the server that runs now
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", p.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.html))
}
