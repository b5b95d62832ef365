package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"github.com/causette/causette/conversation"
)

// hidden begins the address of somebody of whom WhatsApp tells no number.
const hidden = "lid:"

// jidOf is an address as WhatsApp writes it.
func jidOf(a conversation.Address) (types.JID, error) {
	server, digits := types.DefaultUserServer, ""
	if lid, ok := strings.CutPrefix(string(a), hidden); ok {
		server, digits = types.HiddenUserServer, lid
	} else if number, ok := strings.CutPrefix(string(a), "+"); ok {
		digits = number
	}
	if digits == "" || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
		return types.JID{}, fmt.Errorf("%q is neither a number such as +33612345678 nor lid:…", a)
	}
	return types.NewJID(digits, server), nil
}

// addressOf is what WhatsApp writes as an address of ours, "" for what is nobody's.
func addressOf(j types.JID) conversation.Address {
	switch j.Server {
	case types.DefaultUserServer:
		return conversation.Address("+" + j.User)
	case types.HiddenUserServer:
		return conversation.Address(hidden + j.User)
	}
	return ""
}

// names says by which address somebody goes, and by which other: the number
// wherever it is known.
func (s *session) names(ctx context.Context, who, other types.JID) (address, alias conversation.Address) {
	who, other = who.ToNonAD(), other.ToNonAD()
	if who.Server == types.HiddenUserServer && other.Server != types.DefaultUserServer {
		if number, err := s.client.Store.LIDs.GetPNForLID(ctx, who); err == nil && !number.IsEmpty() {
			other = number.ToNonAD()
		}
	}
	if who.Server == types.HiddenUserServer && other.Server == types.DefaultUserServer {
		return addressOf(other), addressOf(who)
	}
	if other.Server == types.HiddenUserServer {
		return addressOf(who), addressOf(other)
	}
	return addressOf(who), ""
}

// messageID is WhatsApp's id of a message of ours, of its part-th part: the same
// at each attempt.
func messageID(brand conversation.BrandID, id conversation.MessageID, part int) types.MessageID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", brand, id, part))
	return types.MessageID(whatsAppWeb + strings.ToUpper(hex.EncodeToString(sum[:9])))
}

// whatsAppWeb begins the ids that WhatsApp Web gives.
const whatsAppWeb = "3EB0"
