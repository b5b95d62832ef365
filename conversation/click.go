package conversation

// clicked is a customer who followed a link that was texted. It is neither an
// answer nor consent; but what was followed was delivered.
func (t *turn) clicked(c *Click) {
	t.decide("link.clicked")
	t.notice("link.clicked", "code", c.Code, "prompt", c.Prompt, "url", c.URL)
	if at := t.at(); at.After(t.c.Customer.Clicked) {
		t.c.Customer.Clicked = at
	}
	if i, ok := t.saidPrompt(c.Prompt); ok {
		t.unset(DeliveryTimer + c.Prompt)
		t.forgetPrompt(i, t.why)
	}
}
