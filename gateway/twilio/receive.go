package twilio

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// What a webhook may carry at most; Twilio sends 1,600 characters and ten media.
// Texts and names are cut, since one too long is still a message; an address or
// an id is refused, since a cut one would be another's.
const (
	maxText    = 8 << 10 // bytes
	maxName    = 256
	maxURL     = 2 << 10
	maxType    = 128
	maxMedia   = 10
	maxAddress = 128
	maxSID     = 64
)

// receive makes a signed webhook of a text an event, and acknowledges it only
// once its turn is durable. Twilio asks for nothing more: answers go through
// REST, since a reply in TwiML returns no Sid.
func (h *Hooks) receive(w http.ResponseWriter, r *http.Request, c *Channel, f form) {
	in, err := c.inbound(f, h.now())
	if err != nil {
		refuse(w, http.StatusBadRequest, "malformed", err.Error())
		return
	}
	_, err = h.door.Accept(r.Context(), c.config.Brand, gateway.Who{Address: in.From}, gateway.InboundEvent(in))
	if err != nil {
		h.failed(w, c, fmt.Errorf("accept %s: %w", in.Carrier, err))
		return
	}
	acknowledge(w)
}

// inbound reads a text from a webhook's form.
//
// Source: https://www.twilio.com/docs/messaging/guides/webhook-request.
func (c *Channel) inbound(f form, now time.Time) (conversation.Inbound, error) {
	in := conversation.Inbound{Channel: c.config.ID, At: now}
	sid, from := f.get("MessageSid"), f.get("From")
	switch {
	case sid == "":
		return in, fmt.Errorf("no MessageSid")
	case !isToken(sid, maxSID):
		return in, fmt.Errorf("the MessageSid is no id")
	case from == "":
		return in, fmt.Errorf("no From")
	case !isToken(from, maxAddress) || from == whatsapp:
		return in, fmt.Errorf("the From is no address")
	case f.get("AccountSid") != c.config.AccountSID:
		return in, fmt.Errorf("the AccountSid is not this channel's account")
	}
	// A status callback that was pointed here speaks of our own message: taken
	// for a text, the gateway would answer itself.
	if s := f.get("MessageStatus"); s != "" && s != "received" {
		return in, fmt.Errorf("a status callback: its URL ends in /status")
	}
	in.Carrier = conversation.CarrierID(sid)
	in.From, in.Medium = fromTwilio(from)
	if to := f.get("To"); isToken(to, maxAddress) {
		in.To, _ = fromTwilio(to)
	}
	in.Text = text(f)
	in.Media = media(f)
	in.Name = clean(f.get("ProfileName"), maxName)
	if replied := f.get("OriginalRepliedMessageSid"); isToken(replied, maxSID) {
		in.Replied = conversation.CarrierID(replied)
	}
	switch o := strings.ToUpper(f.get("OptOutType")); o {
	case "STOP", "START", "HELP":
		in.OptOut = o
	}
	return in, nil
}

// text is what the customer said: the body, or the button that they pressed,
// and the place that they shared. Body is never decoded: concatenated texts have
// been seen in base64, but "STOP" is valid base64.
func text(f form) string {
	said := f.get("Body")
	if said == "" {
		said = f.get("ButtonText")
	}
	if said == "" {
		said = f.get("ButtonPayload")
	}
	said = clean(said, maxText)
	if place := place(f); place != "" && said != "" {
		said += "\n" + place
	} else if place != "" {
		said = place
	}
	return said
}

// place writes a shared location as an agent reads it: label, address and
// coordinates in degrees.
func place(f form) string {
	var parts []string
	for _, name := range []string{"Label", "Address"} {
		if v := clean(f.get(name), maxName); v != "" && (len(parts) == 0 || parts[0] != v) {
			parts = append(parts, v)
		}
	}
	lat, errLat := strconv.ParseFloat(f.get("Latitude"), 64)
	lon, errLon := strconv.ParseFloat(f.get("Longitude"), 64)
	if errLat != nil || errLon != nil || !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
		return ""
	}
	where := fmt.Sprintf("(%.7g, %.7g)", lat, lon)
	if len(parts) > 0 {
		where = strings.Join(parts, ", ") + " " + where
	}
	return "📍 " + where
}

// media lists the pictures, voice notes and files, whose URLs need the account's
// credentials to be fetched.
func media(f form) []conversation.Media {
	n, err := strconv.Atoi(f.get("NumMedia"))
	if err != nil || n <= 0 {
		return nil
	}
	list := make([]conversation.Media, 0, min(n, maxMedia))
	for i := range min(n, maxMedia) {
		u := f.get("MediaUrl" + strconv.Itoa(i))
		if len(u) > maxURL || !absoluteMedia(u) {
			continue
		}
		list = append(list, conversation.Media{URL: u, Type: clean(f.get("MediaContentType"+strconv.Itoa(i)), maxType)})
	}
	return list
}

func absoluteMedia(u string) bool {
	return (strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://")) && isToken(u, maxURL)
}

// clean makes foreign text fit to store: valid UTF-8, no U+0000 (PostgreSQL
// takes none), at most max bytes and never half a character.
func clean(s string, max int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if len(s) <= max {
		return s
	}
	for max > 0 && s[max]&0xC0 == 0x80 {
		max--
	}
	return s[:max]
}

// isToken says whether the text is printable ASCII without spaces, as every id,
// address and URL of Twilio's is, and no longer than max.
func isToken(s string, max int) bool {
	if s == "" || len(s) > max {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
