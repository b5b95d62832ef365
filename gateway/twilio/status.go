package twilio

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// statuses maps what Twilio calls a message's state. Those that are not here
// ("received", "receiving") never concern a message of ours.
//
// Source: https://www.twilio.com/docs/messaging/api/message-resource.
var statuses = map[string]gateway.Status{
	"accepted":            gateway.Accepted,
	"scheduled":           gateway.Accepted,
	"queued":              gateway.Accepted,
	"sending":             gateway.Accepted,
	"sent":                gateway.Sent,
	"partially_delivered": gateway.Sent, // some of its parts: the rest may follow
	"delivered":           gateway.Delivered,
	"read":                gateway.Read,
	"undelivered":         gateway.Undelivered,
	"failed":              gateway.Failed,
	"canceled":            gateway.Failed, // by somebody at Twilio's console: the gateway never cancels there
}

// status makes a signed status callback a report. Our message, attempt and
// customer come back in the query, which is signed with the URL, so a callback
// binds the Sid even when it overtakes the answer to the send.
func (h *Hooks) status(w http.ResponseWriter, r *http.Request, c *Channel, f form) {
	report, err := c.report(r, f)
	if err != nil {
		refuse(w, http.StatusBadRequest, "malformed", err.Error())
		return
	}
	if report.Status != "" {
		report.At = h.now()
		if err := h.door.Report(r.Context(), report); err != nil {
			h.failed(w, c, fmt.Errorf("report %s of %s: %w", report.Status, report.Message, err))
			return
		}
	}
	acknowledge(w)
}

func (c *Channel) report(r *http.Request, f form) (gateway.Report, error) {
	q := r.URL.Query()
	report := gateway.Report{
		Brand:    c.config.Brand,
		Customer: conversation.CustomerID(q.Get("c")),
		Message:  conversation.MessageID(q.Get("m")),
		Carrier:  conversation.CarrierID(f.get("MessageSid")),
		Code:     f.get("ErrorCode"),
	}
	attempt, err := strconv.Atoi(q.Get("a"))
	switch {
	case f.get("AccountSid") != c.config.AccountSID:
		return report, fmt.Errorf("AccountSid is not this channel's account")
	case !isToken(string(report.Carrier), maxSID):
		return report, fmt.Errorf("MessageSid is missing or not an id")
	case !isToken(string(report.Message), maxSID) || !isToken(string(report.Customer), maxSID) || err != nil || attempt < 1:
		return report, fmt.Errorf("m, a and c of the status callback's URL are missing or wrong")
	}
	report.Attempt = attempt
	name := f.get("MessageStatus")
	if name == "" {
		name = f.get("SmsStatus") // its old twin
	}
	report.Status = statuses[name]
	if !isCode(report.Code) {
		report.Code = ""
	}
	if failed := report.Status == gateway.Failed || report.Status == gateway.Undelivered; failed && report.Code != "" {
		to, _ := fromTwilio(f.get("To"))
		report.Error = judge(report.Code, to, attempt)
	}
	return report, nil
}

// isCode says whether the text is an error code of Twilio's.
func isCode(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && len(s) <= 6
}
