package console

import (
	"context"
	"io"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Desk is the service that the console speaks to; *agents.Desk satisfies it,
// and checks every right.
type Desk interface {
	Accounts
	Reader
	Worker
	Privacy
	Pairing
	agents.Records
}

// Pairing is who may see and link the devices that channels go through, and
// what is kept of it.
type Pairing interface {
	Devices(ctx context.Context, by agents.Agent, brand conversation.BrandID) ([]gateway.Device, error)
	PairingBegins(ctx context.Context, by agents.Agent, brand conversation.BrandID, channel conversation.ChannelID) error
	Paired(ctx context.Context, by agents.Agent, brand conversation.BrandID, channel conversation.ChannelID) error
}

// Privacy is what people may ask of their data.
type Privacy interface {
	PrivacyRequests(ctx context.Context, by agents.Agent, brand conversation.BrandID) ([]agents.PrivacyRequest, error)
	RequestExport(ctx context.Context, by agents.Agent, s agents.Subject) (agents.PrivacyRequest, error)
	RequestErase(ctx context.Context, by agents.Agent, s agents.Subject) (agents.PrivacyRequest, error)
	Export(ctx context.Context, by agents.Agent, brand conversation.BrandID, id string, w io.Writer) error
	ConfirmErase(ctx context.Context, by agents.Agent, brand conversation.BrandID, id, phone string) (agents.PrivacyRequest, error)
}

// Accounts is who is at the desk.
type Accounts interface {
	Login(ctx context.Context, email, password, from string) (agents.Agent, error)
	LogoutAgent(ctx context.Context, by agents.Agent, id conversation.AgentID) error
	Agent(ctx context.Context, id conversation.AgentID) (agents.Agent, error)
	Agents(ctx context.Context, by agents.Agent) ([]agents.Agent, error)
	SetPresence(ctx context.Context, by agents.Agent, p agents.Presence) error
	PresenceSeen(ctx context.Context, ids []conversation.AgentID) error
	BrandsOf(a agents.Agent) []agents.Brand
	PermissionsOf(a agents.Agent) []agents.Permission
}

// Reader is what a page shows.
type Reader interface {
	List(ctx context.Context, by agents.Agent, q agents.Query) (agents.Page, error)
	Conversation(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID) (agents.Snapshot, error)
	Thread(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID, before string, limit int) (agents.ThreadPage, error)
	Attached(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID, message conversation.MessageID, index int) (agents.Attached, error)
	Head(ctx context.Context, by agents.Agent, brand conversation.BrandID) (seq int64, epoch string, err error)
	Since(ctx context.Context, by agents.Agent, brand conversation.BrandID, after int64, limit int) ([]agents.Change, error)
	Templates(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID) ([]agents.Template, error)
	Read(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID, template string, variables map[string]string) (agents.Reading, error)
	Canned() []agents.Canned
	TakeBack() time.Duration
}

// Worker is what agents do.
type Worker interface {
	Act(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID, a agents.Act) (*agents.Done, error)
	Bulk(ctx context.Context, by agents.Agent, b agents.Bulk) ([]agents.BulkResult, error)
	Begin(ctx context.Context, by agents.Agent, b agents.Begin) (*agents.Done, error)
	Reassign(ctx context.Context, by agents.Agent, id conversation.AgentID) (returned int, err error)
	PutDraft(ctx context.Context, by agents.Agent, brand conversation.BrandID, customer conversation.CustomerID, text string) error
}
