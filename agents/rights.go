package agents

import (
	"fmt"
	"slices"

	"github.com/causette/causette/conversation"
)

// Permission is one thing that a role may or may not do.
type Permission string

const (
	See          Permission = "see"           // lists, threads, colleagues
	MayClaim     Permission = "claim"         // from the queue and from the assistant
	MayWrite     Permission = "write"         // to the customer
	MayNote      Permission = "note"          // and tag
	MaySettle    Permission = "settle"        // return, snooze, resolve, reopen
	MayTransfer  Permission = "transfer"      // what one has, to a colleague or the queue
	MayAssign    Permission = "assign"        // what one does not have
	MayTakeOver  Permission = "take_over"     // from a colleague who is there
	MayBegin     Permission = "begin"         // say the first word to a customer
	Supervise    Permission = "supervise"     // live figures, reports, the audit, incidents
	ManageAgents Permission = "manage_agents" // accounts, passwords, roles, forced logout

	ManagePrivacy  Permission = "manage_privacy"  // export and erase customers
	ManageChannels Permission = "manage_channels" // link a channel's device to a phone
)

// rights is the one table of who may do what.
var rights = map[Role][]Permission{
	RoleAgent:      {See, MayClaim, MayWrite, MayNote, MaySettle, MayTransfer, MayBegin},
	RoleSupervisor: {See, MayClaim, MayWrite, MayNote, MaySettle, MayTransfer, MayBegin, MayAssign, MayTakeOver, Supervise},
	RoleAdmin:      {See, MayClaim, MayWrite, MayNote, MaySettle, MayTransfer, MayBegin, MayAssign, MayTakeOver, Supervise, ManageAgents, ManagePrivacy, ManageChannels},
}

// Forbidden is a right that the agent does not have: an answer of 403.
type Forbidden struct {
	Permission Permission
	Brand      conversation.BrandID // "" when it is not about a brand
}

func (f *Forbidden) Error() string {
	if f.Brand == "" {
		return fmt.Sprintf("not allowed: %s", f.Permission)
	}
	return fmt.Sprintf("not allowed: %s in brand %s", f.Permission, f.Brand)
}

// Allow says whether the agent may do this in the brand; "" asks about no
// brand. Every method of Desk asks here first.
func Allow(a Agent, p Permission, brand conversation.BrandID) error {
	if a.Disabled || !slices.Contains(rights[a.Role], p) || brand != "" && !a.serves(brand) {
		return &Forbidden{p, brand}
	}
	return nil
}

// PermissionsOf lists what the agent's role may do.
func (*Desk) PermissionsOf(a Agent) []Permission { return slices.Clone(rights[a.Role]) }

// Operator is who runs commands on the machine itself.
var Operator = Agent{ID: "operator", Name: "operator", Role: RoleAdmin}
