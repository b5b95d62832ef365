package conversation

import "time"

// BrandInfo is what a script says and decides with that is the configuration's
// and not the script's. It is part of the script's version: a changed support
// phone is another script.
type BrandInfo struct {
	ID         BrandID       `json:"id"`
	Name       string        `json:"name"`
	Languages  []string      `json:"languages"`               // the first is spoken until a customer's is known
	Country    string        `json:"country"`                 // ISO 3166-1, "FR"
	Timezone   string        `json:"timezone"`                // IANA, "Europe/Paris"
	Currency   string        `json:"currency"`                // ISO 4217, "EUR"
	Phone      string        `json:"phone"`                   // support, as customers read it
	Email      string        `json:"email"`                   // support
	CartValue  int64         `json:"cart_value,omitempty"`    // minor units; an open cart from here on goes to a person; 0: none does
	VIP        bool          `json:"vip,omitempty"`           // customers marked VIP go to a person
	Burst      time.Duration `json:"burst,omitempty"`         // how long a text waits for the rest of the thought; 0: not at all
	UploadURL  string        `json:"upload_url,omitempty"`    // where photos are sent from a phone without pictures; a one-use code is appended
	Pictures   []Medium      `json:"pictures,omitempty"`      // the media that carry pictures; none: WhatsApp only
	DoubleOpt  bool          `json:"double_opt_in,omitempty"` // START is asked back before consent counts
	Prefer     []Medium      `json:"prefer,omitempty"`        // media in the order that the brand wants them tried; none: where the customer wrote last
	Fallback   time.Duration `json:"fallback,omitempty"`      // a prompt that WhatsApp has not delivered by then goes as SMS; 0: only one that failed
	Discreet   bool          `json:"discreet,omitempty"`      // a lock screen does not tell what was bought
	LinkURL    string        `json:"link_url,omitempty"`      // what short links begin with, "https://lmn.example/l/"; "": links go as they are
	LinkHosts  []string      `json:"link_hosts,omitempty"`    // where short links may lead, with their subdomains
	LinkFor    time.Duration `json:"link_for,omitempty"`      // how long they lead there
	Events     bool          `json:"events,omitempty"`        // the shop hears what happens: turns leave jobs of kind "event"
	Identifies string        `json:"identifies,omitempty"`    // the senders that are really us, as customers see them: "36105"
}

// Begin returns the conversation of a customer who is seen for the first time.
func Begin(brand BrandID, id CustomerID) Conversation {
	return Conversation{Brand: brand, Customer: Customer{ID: id}, State: Idle}
}

// carries reports whether pictures arrive on the medium.
func (b *BrandInfo) carries(m Medium) bool {
	for _, p := range b.Pictures {
		if p == m {
			return true
		}
	}
	return len(b.Pictures) == 0 && m == WhatsApp
}
