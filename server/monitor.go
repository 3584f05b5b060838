package server

import (
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
)

//go:embed openapi.json
var openAPI []byte

// OpenAPI returns the description of the JSON endpoints, OpenAPI 3.1, as it is served at /api/openapi.json.
func OpenAPI() []byte { return append([]byte(nil), openAPI...) }

// monitor routes the endpoints of health and figures, and starts what they live on.
func (s *Server) monitor() {
	s.watch.init(s.o.StuckAfter)
	s.figures.init(s.begun)
	s.wg.Go(s.watchOver)
	s.mux.HandleFunc("GET /api/websocket/health", s.serveHealthFigures)
	s.mux.HandleFunc("GET /api/websocket/metrics", s.serveMetricFigures)
	s.mux.HandleFunc("GET /api/websocket/status", s.serveStatusFigures)
	s.mux.HandleFunc("GET /api/websocket/errors", s.serveErrorFigures)
	s.mux.HandleFunc("POST /api/websocket/metrics/reset", s.serveReset)
	s.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(openAPI)
	})
	if s.o.Metrics != nil {
		s.mux.Handle("GET /metrics", s.o.Metrics(s))
	}
}

type healthAnswer struct {
	Time time.Time `json:"time"`
	Health
	Connections int     `json:"connections"`
	Uptime      float64 `json:"uptimeSeconds"`
}

func (s *Server) serveHealthFigures(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	connections := s.conns.Len()
	s.mu.Unlock()
	h := healthAnswer{Time: time.Now().UTC(), Health: s.Health(), Connections: connections, Uptime: s.uptime()}
	status := http.StatusOK
	if h.Status == Unhealthy {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, h)
}

func (s *Server) uptime() float64 { return time.Since(s.begun).Seconds() }

type metricsAnswer struct {
	Time        time.Time          `json:"time"`
	Since       time.Time          `json:"since"`
	Connections connectionFigures  `json:"connections"`
	Messages    messageFigures     `json:"messages"`
	Errors      errorFigures       `json:"errors"`
	Performance performanceFigures `json:"performance"`
}

func (s *Server) metricsAnswer() metricsAnswer {
	v := s.view(time.Now())
	return metricsAnswer{Time: v.now.UTC(), Since: v.since.UTC(), Connections: v.connectionFigures(s.o.MaxConnections),
		Messages: v.messageFigures(), Errors: v.errorFigures(), Performance: v.performanceFigures()}
}

func (s *Server) serveMetricFigures(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.metricsAnswer())
}

type statusAnswer struct {
	Server struct {
		Agent    string    `json:"agent"`
		Started  time.Time `json:"started"`
		Uptime   float64   `json:"uptimeSeconds"`
		Draining bool      `json:"draining"`
	} `json:"server"`
	Store struct {
		Name   string `json:"name"`
		Synced bool   `json:"synced"`
		Copies int    `json:"copies"`
	} `json:"store"`
	Health  Health        `json:"health"`
	Metrics metricsAnswer `json:"metrics"`
}

// serveStatusFigures answers 200 also where the health is bad: whoever asks wants to read why.
func (s *Server) serveStatusFigures(w http.ResponseWriter, _ *http.Request) {
	var a statusAnswer
	info := s.log.Info()
	s.mu.Lock()
	a.Server.Draining = s.closed
	s.mu.Unlock()
	a.Server.Agent, a.Server.Started, a.Server.Uptime = s.limits.Agent, s.begun.UTC(), s.uptime()
	a.Store.Name, a.Store.Synced, a.Store.Copies = info.Name, info.Durability.Synced, info.Durability.Copies
	a.Health, a.Metrics = s.Health(), s.metricsAnswer()
	writeJSON(w, http.StatusOK, a)
}

type errorsAnswer struct {
	Time  time.Time `json:"time"`
	Since time.Time `json:"since"`
	errorFigures
	Recent []incidentFigures `json:"recent"`
}

func (s *Server) serveErrorFigures(w http.ResponseWriter, _ *http.Request) {
	v := s.view(time.Now())
	writeJSON(w, http.StatusOK, errorsAnswer{Time: v.now.UTC(), Since: v.since.UTC(), errorFigures: v.errorFigures(),
		Recent: incidentsOf(s.count.recent.list())})
}

func (s *Server) serveReset(w http.ResponseWriter, r *http.Request) {
	if err := s.mayReset(r); err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeJSON(w, http.StatusUnauthorized, struct {
			Code  int    `json:"code"`
			Name  string `json:"name"`
			Error string `json:"error"`
		}{int(err.Code), err.Code.String(), err.Error()})
		return
	}
	now := time.Now()
	s.resetFigures(now)
	writeJSON(w, http.StatusOK, struct {
		Since time.Time `json:"since"`
	}{now.UTC()})
}

// mayReset lets in whoever has the key, and whoever is on this machine and comes without a proxy.
func (s *Server) mayReset(r *http.Request) *holdfast.Error {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if key != "" && strings.EqualFold(scheme, "Bearer") && s.o.MonitorKey != "" {
		given, want := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(s.o.MonitorKey)) // so that lengths do not show either
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
			return nil
		}
		return &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "reset metrics", Detail: "Authorization: that is not the key"}
	}
	if local(r) == nil {
		return nil
	}
	return &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "reset metrics", Detail: "Authorization: a key is wanted beyond this machine",
		Hint: "send \"Authorization: Bearer KEY\" with the server's MonitorKey (holdfast serve --monitor-key)"}
}

// writeJSON writes an answer that nobody keeps.
func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}
