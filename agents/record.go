package agents

import (
	"context"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Records is what the desk keeps and tells beside the conversations, as the
// console asks for it.
type Records interface {
	// With supervise; brand "" is all that the agent serves.
	Figures(ctx context.Context, by Agent, brand conversation.BrandID) (Figures, error)
	Report(ctx context.Context, by Agent, q ReportQuery) (Report, error)
	Audit(ctx context.Context, by Agent, q AuditQuery) (AuditPage, error)

	// Incidents lists those that are on, then the newest that ended; everybody
	// may. To put and to end one takes supervise; PutIncident makes one where
	// the id is "", and returns it as it is kept.
	Incidents(ctx context.Context, by Agent, brand conversation.BrandID) ([]Incident, error)
	PutIncident(ctx context.Context, by Agent, i Incident) (Incident, error)
	EndIncident(ctx context.Context, by Agent, brand conversation.BrandID, id string) error

	Mentions(ctx context.Context, by Agent, cursor string, limit int) (Mentions, error)
	ReadMention(ctx context.Context, by Agent, id conversation.MessageID) error
	SearchMessages(ctx context.Context, by Agent, q TextQuery) (FoundPage, error)
	Consents(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID) ([]Consented, error)

	// LoggedOut records that the agent ended a session of theirs. To end those
	// of a colleague is LogoutAgent.
	LoggedOut(ctx context.Context, by Agent) error
}

var _ Records = (*Desk)(nil)

// RecordStore is where all of that is kept; package store satisfies it.
type RecordStore interface {
	AuditStore
	IncidentStore
	MentionStore
	TextStore
	HandoffStore
	FloorStore
	PrivacyStore
	DeviceStore

	// Consents reads a customer's ledger, oldest first.
	Consents(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) ([]gateway.ConsentRow, error)
}
