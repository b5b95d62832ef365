package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/causette/causette/gateway"
)

// classify wraps an engine's error with the gateway's word for it: what is
// worth trying again, and what the data itself causes. What is neither stays
// as it is; an error that has its word already too.
func classify(err error) error {
	if err == nil || errors.Is(err, gateway.ErrTransient) || errors.Is(err, gateway.ErrData) ||
		errors.Is(err, gateway.ErrCommitUnknown) || errors.Is(err, gateway.ErrNotFound) {
		return err
	}
	if said := serverError(err); said != nil {
		return word(byState(said), err)
	}
	var l *sqlite.Error
	if errors.As(err, &l) {
		return word(byCode(l.Code()), err)
	}
	if lost(err) {
		return word(gateway.ErrTransient, err)
	}
	return err
}

// serverError is PostgreSQL's own word, nil where it did not speak.
func serverError(err error) *pgconn.PgError {
	var said *pgconn.PgError
	errors.As(err, &said)
	return said
}

func word(kind, err error) error {
	if kind == nil {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// byState reads a SQLSTATE.
// Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
func byState(p *pgconn.PgError) error {
	switch {
	case p.Code == "23505" && p.ConstraintName == carrierIndex:
		// Another node bound the same carrier's id between our look and our
		// write; at the next try it is seen and left alone.
		return gateway.ErrTransient
	case p.Code == "40001", // serialization failure
		p.Code == "40P01",                    // deadlock
		p.Code == "55P03",                    // lock not available
		strings.HasPrefix(p.Code, "57P0"),    // the server stops, starts, or dropped the session
		p.Code == "57014",                    // statement timeout
		p.Code == "25006",                    // read only: a failover is under way
		p.Code == "25P02", p.Code == "25P03", // within a failed transaction; idle in one for too long
		strings.HasPrefix(p.Code, "53"), // out of disk, memory or connections
		strings.HasPrefix(p.Code, "08"): // connection
		return gateway.ErrTransient
	case strings.HasPrefix(p.Code, "22"), strings.HasPrefix(p.Code, "23"):
		return gateway.ErrData
	}
	return nil
}

// byCode reads SQLite's result code.
// Source: https://www.sqlite.org/rescode.html
func byCode(code int) error {
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
		return gateway.ErrTransient
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return gateway.ErrData
	}
	return nil
}

// lost says whether the connection, not the statement, failed.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		pgconn.SafeToRetry(err) ||
		strings.Contains(err.Error(), "conn closed") || // pgx's
		strings.Contains(err.Error(), "database is closed") // database/sql's
}
