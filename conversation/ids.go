package conversation

// Every identifier has a type of its own, which says who mints it and how far
// it is unique. All are opaque; none is ever parsed.
type (
	// BrandID names a brand. The configuration mints it; unique everywhere.
	BrandID string
	// CustomerID names a customer. The gateway mints it when an address is
	// first seen; unique in the brand.
	CustomerID string
	// ChannelID names a channel. The configuration mints it; unique everywhere.
	ChannelID string
	// MessageID names an outbound or stored message. The gateway mints it;
	// unique in the brand, and increasing with time.
	MessageID string
	// CarrierID names a message at its carrier (Twilio's MessageSid). The
	// carrier mints it; unique in the channel.
	CarrierID string
	// EventID is what deduplicates an event: "in:<channel>:<carrier id>" for a
	// text, "api:<id>" for a shop's event. Unique in the brand.
	EventID string
	// Rule names what decided something: "stop.keyword", "faq.hours".
	Rule string
	// Address is where a customer can be reached: a phone number in E.164, or,
	// for a WhatsApp user whose phone is not known, "whatsapp:" or "lid:" and an
	// id. Somebody who texts and uses WhatsApp with one phone has one address.
	Address string
)

// IsPhone reports a number, which SMS reaches; any other address only WhatsApp does.
func (a Address) IsPhone() bool { return len(a) > 1 && a[0] == '+' }

// Medium is how an address is reached; consent is given per medium.
type Medium string

const (
	SMS      Medium = "sms"
	WhatsApp Medium = "whatsapp"
)

// Purpose is why something is said.
type Purpose string

const (
	Answer        Purpose = "answer"        // to what the customer wrote
	Transactional Purpose = "transactional" // order, delivery, return, refund, renewal
	Marketing     Purpose = "marketing"
)

// ConsentState is what a row of the ledger says.
type ConsentState string

const (
	Given     ConsentState = "given"
	Withdrawn ConsentState = "withdrawn"
)

// Dialogue is a series of questions with an end.
type Dialogue string

const (
	NoDialogue         Dialogue = "none"
	CartDialogue       Dialogue = "cart"
	ReorderDialogue    Dialogue = "reorder"
	PreferenceDialogue Dialogue = "preference"
	StatusDialogue     Dialogue = "order_status"
	ReviewDialogue     Dialogue = "review" // of an order
	RatingDialogue     Dialogue = "rating" // of an agent
	ReturnDialogue     Dialogue = "return"
	ProblemDialogue    Dialogue = "item_problem"
	AddressDialogue    Dialogue = "address"
	InvoiceDialogue    Dialogue = "invoice"
	CancelDialogue     Dialogue = "cancel_order"
	OptInDialogue      Dialogue = "opt_in"
	StopDialogue       Dialogue = "stop"
	HumanDialogue      Dialogue = "human"
)
