package conversation

// help answers HELP, AIDE, INFO, CONTACT …: who we are, how to reach a person,
// how often we write and how to stop. It changes nothing.
func (t *turn) help() {
	t.decide("help.keyword")
	t.mute = !t.affordable()
	t.exempt = true
	t.say("help.text")
	if t.brand.Country == "US" || t.c.Customer.Country == "US" {
		t.say("help.rates")
	}
}
