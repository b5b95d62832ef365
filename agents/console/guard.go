package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const (
	cookieName = "causette_desk"
	csrfHeader = "X-Causette-CSRF"
	lifetime   = 12 * time.Hour // a working day, then one logs in again
)

// guard says who asks and from where: the one place for REST and socket alike.
// An identity provider (OIDC) would end in begin, as a password does; PROTOCOL.md says how.
type guard struct {
	desk     Desk
	sessions *scs.SessionManager
	origins  []string
	proxies  []netip.Prefix
	now      func() time.Time
}

// newGuard keeps sessions under the hash of their token, so that whoever reads
// the database cannot be anybody.
func newGuard(o Options) guard {
	g := guard{desk: o.Desk, proxies: o.Proxies, now: o.Now, sessions: &scs.SessionManager{
		Lifetime: lifetime, Store: sessionStore{o.Sessions}, Codec: sessionCodec{}, HashTokenInStore: true,
		Cookie: scs.SessionCookie{Name: cookieName, Path: "/", HttpOnly: true, Secure: o.Secure,
			SameSite: http.SameSiteStrictMode, Persist: true},
	}}
	for _, origin := range o.Origins {
		g.origins = append(g.origins, strings.ToLower(strings.TrimRight(origin, "/")))
	}
	return g
}

// session is who is logged in, since when, and on which of their browsers.
type session struct {
	token string
	csrf  string
	began time.Time
	agent agents.Agent // as the database has it now
}

// begin logs the agent in: with a new token, so that one planted before the
// login is worth nothing, and an older session of this browser is over.
func (g guard) begin(w http.ResponseWriter, r *http.Request, a agents.Agent) (*session, error) {
	var old string
	if cookie, err := r.Cookie(cookieName); err == nil {
		old = cookie.Value
	}
	ctx, err := g.sessions.Load(r.Context(), old)
	if err != nil {
		return nil, err
	}
	if err := g.sessions.RenewToken(ctx); err != nil {
		return nil, err
	}
	s := &session{csrf: rand.Text(), began: g.now().UTC(), agent: a}
	g.sessions.Put(ctx, "agent", string(a.ID))
	g.sessions.Put(ctx, "csrf", s.csrf)
	g.sessions.Put(ctx, "began", s.began.Format(time.RFC3339Nano))
	token, expiry, err := g.sessions.Commit(ctx)
	if err != nil {
		return nil, err
	}
	s.token = token
	g.sessions.WriteSessionCookie(ctx, w, token, expiry)
	return s, nil
}

// end logs this session out.
func (g guard) end(w http.ResponseWriter, r *http.Request, s *session) error {
	ctx, err := g.sessions.Load(r.Context(), s.token)
	if err != nil {
		return err
	}
	if err := g.sessions.Destroy(ctx); err != nil {
		return err
	}
	g.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	return nil
}

// who reads the request's session and its agent; errNoSession for none.
func (g guard) who(r *http.Request) (*session, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil, errNoSession
	}
	return g.check(r.Context(), cookie.Value)
}

// check reads a session by its token: errNoSession when it is over, the desk's
// *agents.Forbidden when its agent may not be here any more.
func (g guard) check(ctx context.Context, token string) (*session, error) {
	ctx, err := g.sessions.Load(ctx, token)
	if err != nil {
		return nil, err
	}
	id := g.sessions.GetString(ctx, "agent")
	began, err := time.Parse(time.RFC3339Nano, g.sessions.GetString(ctx, "began"))
	if id == "" || err != nil {
		return nil, errNoSession
	}
	agent, err := g.desk.Agent(ctx, conversation.AgentID(id))
	switch {
	case errors.Is(err, gateway.ErrNotFound):
		return nil, errNoSession
	case err != nil:
		return nil, err
	case agent.Disabled:
		return nil, &agents.Forbidden{Permission: agents.See}
	}
	if agent.Revoked.After(began) {
		return nil, errNoSession
	}
	return &session{token: token, csrf: g.sessions.GetString(ctx, "csrf"), began: began, agent: agent}, nil
}

// ours says whether the request comes from our own page. A browser names the
// origin of every request that changes something and of every socket, so a
// missing one is somebody else.
func (g guard) ours(r *http.Request) bool {
	return slices.Contains(g.origins, strings.ToLower(r.Header.Get("Origin")))
}

// holds says whether the request carries the session's own token.
func (s *session) holds(r *http.Request) bool {
	return s.csrf != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get(csrfHeader)), []byte(s.csrf)) == 1
}

// sessionStore keeps scs's sessions in the desk's store.
type sessionStore struct{ agents.Sessions }

func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.FindSession(ctx, token)
}

func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.CommitSession(ctx, token, data, expiry)
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.DeleteSession(ctx, token)
}

// scs asks for these too; it calls those with a context.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// sessionCodec stores a session as JSON: what comes out of a database is never
// decoded as gob.
type sessionCodec struct{}

type storedSession struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
}

func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(storedSession{deadline, values})
}

func (sessionCodec) Decode(data []byte) (time.Time, map[string]any, error) {
	var s storedSession
	err := json.Unmarshal(data, &s)
	if s.Values == nil {
		s.Values = make(map[string]any)
	}
	return s.Deadline, s.Values, err
}
