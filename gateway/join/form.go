package join

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/conversation"
)

// form is what somebody left on the page.
type form struct {
	number   string // as it was typed
	to       conversation.Address
	purposes []conversation.Purpose
}

// Bounds of the form.
const (
	maxForm   = 4 << 10
	maxNumber = 30
)

var (
	errNumber  = errors.New("not a phone number")
	errNothing = errors.New("no box was ticked")
)

// purposes are the boxes, in the page's order.
var purposes = []conversation.Purpose{conversation.Marketing, conversation.Transactional}

func read(w http.ResponseWriter, v *visit) (form, error) {
	v.Body = http.MaxBytesReader(w, v.Body, maxForm)
	if err := v.ParseForm(); err != nil {
		return form{}, fmt.Errorf("read the form: %w", err)
	}
	f := form{number: strings.TrimSpace(v.PostForm.Get("phone"))}
	for _, p := range purposes {
		if v.PostForm.Get(string(p)) != "" {
			f.purposes = append(f.purposes, p)
		}
	}
	if len(f.number) > maxNumber {
		f.number = f.number[:maxNumber]
		return f, errNumber
	}
	n, err := phonenumbers.Parse(f.number, v.brand.Country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return f, errNumber
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE, phonenumbers.PREMIUM_RATE, phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST, phonenumbers.VOICEMAIL, phonenumbers.UAN:
		return f, errNumber // no texts arrive there, or they cost
	}
	f.to = conversation.Address(phonenumbers.Format(n, phonenumbers.E164))
	if len(f.purposes) == 0 {
		return f, errNothing
	}
	return f, nil
}
