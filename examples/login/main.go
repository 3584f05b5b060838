// Command login shows who decides who comes in: a function of the application's, which looks a session cookie up that its login page has set.
// When somebody logs out, connections that are open end too, and do not come back by themselves.
//
//	go run ./examples/login -listen 127.0.0.1:9000
//	curl -c jar -d 'name=ada&password=lovelace' http://127.0.0.1:9000/login
//	curl -b jar -X POST http://127.0.0.1:9000/logout
package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"flag"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/server"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "address to listen on")
	flag.Parse()
	app, err := newApp(map[string]string{"ada": "lovelace", "grace": "hopper"})
	if err != nil {
		log.Fatal(err)
	}
	web := &http.Server{Addr: *listen, Handler: app, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(errors.Join(web.ListenAndServe(), app.live.Shutdown(context.Background())))
}

const cookieName = "login"

// loginLasts is for how long a cookie is good. A connection that is open then is asked for another, and closed if there is none.
const loginLasts = 12 * time.Hour

type app struct {
	http.Handler
	live      *server.Server
	passwords map[string]string // a real application keeps hashes

	mu     sync.Mutex
	logins map[string]login // by cookie
}

type login struct {
	user string
	ends time.Time
}

func newApp(passwords map[string]string) (*app, error) {
	a := &app{passwords: passwords, logins: map[string]login{}}
	var err error
	// A cookie comes along whichever page connects, so Origin is what keeps other sites out: the server checks it, and lets its own in alone.
	a.live, err = server.New(server.Options{Authenticate: a.authenticate, MaxPerUser: 10, DrainPeriod: time.Second})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", a.logIn)
	mux.HandleFunc("POST /logout", a.logOut)
	mux.Handle("/", a.live)
	a.Handler = mux
	return a, nil
}

// authenticate is the hook: it is asked for every connection, before anything else is done for it.
func (a *app) authenticate(_ context.Context, c server.Credentials) (server.User, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l, ok := a.logins[auth.Token(c, auth.FromCookie(cookieName))]
	if !ok || time.Now().After(l.ends) {
		return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "log in", Detail: "log in first"}
	}
	return server.User{ID: l.user, Expires: l.ends}, nil
}

func (a *app) logIn(w http.ResponseWriter, r *http.Request) {
	name, given := r.FormValue("name"), r.FormValue("password")
	want, ok := a.passwords[name]
	if subtle.ConstantTimeCompare([]byte(given), []byte(want)) != 1 || !ok {
		http.Error(w, "wrong name or password", http.StatusForbidden)
		return
	}
	cookie := rand.Text()
	a.mu.Lock()
	a.logins[cookie] = login{name, time.Now().Add(loginLasts)}
	a.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: cookie, Path: "/", MaxAge: int(loginLasts.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// logOut takes the right away first, and ends connections then, so that none comes back in between.
func (a *app) logOut(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		http.Error(w, "not logged in", http.StatusUnauthorized)
		return
	}
	a.mu.Lock()
	l, ok := a.logins[cookie.Value]
	for c, other := range a.logins {
		if ok && other.user == l.user {
			delete(a.logins, c)
		}
	}
	a.mu.Unlock()
	if !ok {
		http.Error(w, "not logged in", http.StatusUnauthorized)
		return
	}
	if _, err := a.live.Disconnect(server.Selector{User: l.user}, server.Farewell{Reason: "logged out"}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
