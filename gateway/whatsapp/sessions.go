package whatsapp

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"go.mau.fi/whatsmeow/store/sqlstore"
	_ "modernc.org/sqlite" // the driver of a file of sessions
)

// OpenSessions opens where whatsmeow keeps the keys of all devices: in a pool of
// PostgreSQL's that is ours already, else in a file beside SQLite's own, which has
// one writer.
func OpenSessions(ctx context.Context, pool *sql.DB, file string, log *slog.Logger) (*sqlstore.Container, error) {
	if pool != nil {
		c := sqlstore.NewWithDB(pool, "postgres", logger{log, ""})
		if err := c.Upgrade(ctx); err != nil {
			return nil, fmt.Errorf("open WhatsApp's sessions: %w", err)
		}
		return c, nil
	}
	path := strings.TrimSuffix(file, ".db") + "-whatsapp.db"
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"
	c, err := sqlstore.New(ctx, "sqlite", dsn, logger{log, ""})
	if err != nil {
		return nil, fmt.Errorf("open WhatsApp's sessions in %s: %w", path, err)
	}
	return c, nil
}
