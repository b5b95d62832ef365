package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// An agent's load is what is assigned or offered to them in all brands: agents
// are of the installation, and found by themselves like API keys.
const (
	agentColumns = `a.id, a.email, a.name, a.role, a.presence, a.capacity, a.brands, a.languages, a.teams, a.password, a.disabled, a.revoked, a.created, a.seen,
		(select count(*) from tickets t where t.owner = a.id and t.status = 'assigned')
			+ (select count(*) from tickets t where t.offered = a.id and t.offered <> ''),
		(select count(*) from tickets t where t.offered = a.id and t.offered <> '')`
)

var (
	// Locking and counting are statements of their own: what others gave while
	// this one waited for the lock is counted.
	lockAgents  = both(`select id, capacity from agents where id = any($1) order by id for update`)
	countHeld   = both(`select owner, count(*) from tickets where owner = any($1) and status = 'assigned' group by owner`)
	countOffers = both(`select offered, count(*) from tickets where offered = any($1) and offered <> '' group by offered`)
	readAgent   = both(`select ` + agentColumns + ` from agents a where a.id = $1`)
	readByEmail = both(`select ` + agentColumns + ` from agents a where a.email = $1`)
	readAgents  = both(`select ` + agentColumns + ` from agents a order by a.name, a.id`)

	putAgent = both(`insert into agents (id, email, name, role, presence, capacity, brands, password, disabled, revoked, created, languages, teams)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		on conflict (id) do update set email = excluded.email, name = excluded.name, role = excluded.role,
			presence = excluded.presence, capacity = excluded.capacity, brands = excluded.brands,
			languages = excluded.languages, teams = excluded.teams,
			password = excluded.password, disabled = excluded.disabled, revoked = excluded.revoked`)
	setPresence = both(`update agents set presence = $2 where id = $1`)
	setSeen     = both(`update agents set seen = $2 where id = any($1) and seen < $2`)

	findSession   = both(`select data from sessions where token = $1 and expires > ` + now)
	commitSession = both(`insert into sessions (token, data, expires) values ($1, $2, $3)
		on conflict (token) do update set data = excluded.data, expires = excluded.expires`)
	deleteSession = both(`delete from sessions where token = $1`)
	endSessions   = both(`delete from sessions where token in (select token from sessions where expires <= ` + now + ` order by expires limit 100)`)
)

// Loads implements gateway.Tx.
func (t *tx) Loads(ctx context.Context, ids []conversation.AgentID) (map[conversation.AgentID]gateway.Load, error) {
	loads := make(map[conversation.AgentID]gateway.Load, len(ids))
	if len(ids) == 0 {
		return loads, nil
	}
	has := make(map[conversation.AgentID]int, len(ids))
	column := texts(ids, func(id conversation.AgentID) conversation.AgentID { return id })
	count := func(scan scanner) error {
		var id conversation.AgentID
		var n int
		err := scan(&id, &n)
		has[id] += n
		return err
	}
	err := errors.Join(
		t.ask(ctx, lockAgents, func(scan scanner) error {
			var id conversation.AgentID
			var l gateway.Load
			err := scan(&id, &l.Capacity)
			loads[id] = l
			return err
		}, column),
		t.ask(ctx, countHeld, count, column), t.ask(ctx, countOffers, count, column))
	err = errors.Join(err, t.hear(ctx))
	for id, l := range loads {
		l.Has = has[id]
		loads[id] = l
	}
	return loads, t.fail("lock agents", "all brands", err)
}

// PutAgent implements agents.Accounts.
func (s *Store) PutAgent(ctx context.Context, a agents.Agent) error {
	lists := make([]string, 0, 3)
	for _, list := range []any{some(a.Brands), some(a.Languages), some(a.Teams)} {
		text, err := encode(list)
		if err != nil {
			return err
		}
		lists = append(lists, text)
	}
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, putAgent, string(a.ID), a.Email, a.Name, string(a.Role), string(a.Presence), a.Capacity, lists[0],
			a.Password, a.Disabled, micros(a.Revoked), micros(a.Created), lists[1], lists[2])
		return err
	})
	if errors.Is(err, gateway.ErrData) {
		if other, e := s.AgentByEmail(ctx, a.Email); e == nil && other.ID != a.ID {
			err = agents.ErrTaken
		}
	}
	if err != nil {
		return fmt.Errorf("put agent %s: %w", a.ID, err)
	}
	return nil
}

// Agent implements agents.Accounts.
func (s *Store) Agent(ctx context.Context, id conversation.AgentID) (agents.Agent, error) {
	return s.oneAgent(ctx, readAgent, string(id))
}

// AgentByEmail implements agents.Accounts.
func (s *Store) AgentByEmail(ctx context.Context, email string) (agents.Agent, error) {
	return s.oneAgent(ctx, readByEmail, email)
}

func (s *Store) oneAgent(ctx context.Context, st *statement, by string) (agents.Agent, error) {
	list, err := s.agents(ctx, st, by)
	if err == nil && len(list) == 0 {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return agents.Agent{}, fmt.Errorf("read an agent: %w", err)
	}
	return list[0], nil
}

// Agents implements agents.Accounts.
func (s *Store) Agents(ctx context.Context) ([]agents.Agent, error) {
	list, err := s.agents(ctx, readAgents)
	if err != nil {
		return nil, fmt.Errorf("read agents: %w", err)
	}
	return list, nil
}

func (s *Store) agents(ctx context.Context, st *statement, args ...any) ([]agents.Agent, error) {
	var list []agents.Agent
	err := s.read.query(ctx, st, func(scan scanner) error {
		var a agents.Agent
		var brands, languages, teams []byte
		var revoked, created, seen int64
		err := scan(&a.ID, &a.Email, &a.Name, &a.Role, &a.Presence, &a.Capacity, &brands, &languages, &teams,
			&a.Password, &a.Disabled, &revoked, &created, &seen, &a.Load, &a.Offered)
		if err == nil {
			err = errors.Join(json.Unmarshal(brands, &a.Brands), json.Unmarshal(languages, &a.Languages), json.Unmarshal(teams, &a.Teams))
		}
		if len(a.Brands) == 0 {
			a.Brands = nil
		}
		a.Revoked, a.Created, a.Seen = moment(revoked), moment(created), moment(seen)
		list = append(list, a)
		return err
	}, args...)
	return list, err
}

// SetPresence implements agents.Accounts.
func (s *Store) SetPresence(ctx context.Context, id conversation.AgentID, p agents.Presence) error {
	var changed int64
	err := s.write(ctx, func(x *session) (err error) {
		changed, err = x.exec(ctx, setPresence, string(id), string(p))
		return err
	})
	if err == nil && changed == 0 {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("set the presence of %s: %w", id, err)
	}
	return nil
}

// SetSeen implements agents.Accounts.
func (s *Store) SetSeen(ctx context.Context, ids []conversation.AgentID, at time.Time) error {
	column := texts(ids, func(id conversation.AgentID) conversation.AgentID { return id })
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, setSeen, column, micros(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note which agents are there: %w", err)
	}
	return nil
}

// some is the list, [] in JSON when it is empty.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// hashed is a session's token as it is stored: who reads the database cannot
// log in with it.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindSession implements agents.Sessions.
func (s *Store) FindSession(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.read.one(ctx, findSession, []any{&data}, hashed(token))
	if errors.Is(err, gateway.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find a session: %w", err)
	}
	return data, true, nil
}

// CommitSession implements agents.Sessions; it also takes away a few sessions
// that are over.
func (s *Store) CommitSession(ctx context.Context, token string, data []byte, expiry time.Time) error {
	err := s.write(ctx, func(x *session) error {
		if _, err := x.exec(ctx, commitSession, hashed(token), nonNil(data), micros(expiry)); err != nil {
			return err
		}
		_, err := x.exec(ctx, endSessions)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// DeleteSession implements agents.Sessions.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, deleteSession, hashed(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
