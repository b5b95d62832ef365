package agents

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// DeviceStore is where the devices are read that channels go through.
type DeviceStore interface {
	Devices(ctx context.Context, brand conversation.BrandID) ([]gateway.Device, error)
}

// Devices lists the devices of a brand's channels, or of all that the agent
// serves: those that a node has held.
func (d *Desk) Devices(ctx context.Context, by Agent, brand conversation.BrandID) ([]gateway.Device, error) {
	if err := Allow(by, Supervise, brand); err != nil {
		return nil, err
	}
	var list []gateway.Device
	for _, b := range d.brandsAsked(by, brand) {
		of, err := d.store.Devices(ctx, b.ID)
		if err != nil {
			return nil, fmt.Errorf("list devices: %w", err)
		}
		list = append(list, of...)
	}
	return list, nil
}

// PairingBegins keeps in the audit that the agent asks to link the channel's
// device to a phone, which only admins may: nothing begins before it returns.
func (d *Desk) PairingBegins(ctx context.Context, by Agent, brand conversation.BrandID, channel conversation.ChannelID) error {
	return d.pairing(ctx, by, AuditDevicePairing, brand, channel)
}

// Paired keeps in the audit that they linked it.
func (d *Desk) Paired(ctx context.Context, by Agent, brand conversation.BrandID, channel conversation.ChannelID) error {
	return d.pairing(ctx, by, AuditDevicePaired, brand, channel)
}

func (d *Desk) pairing(ctx context.Context, by Agent, kind string, brand conversation.BrandID, channel conversation.ChannelID) error {
	if err := Allow(by, ManageChannels, brand); err != nil {
		return err
	}
	return d.record(ctx, by.ID, kind, brand, map[string]string{"channel": string(channel)})
}
