package whatsapp

// Hear is what whatsmeow tells the channel's session.
func (c *Channel) Hear(e any) { c.live.Load().hear(e) }
