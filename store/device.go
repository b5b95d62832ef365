package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const deviceColumns = `brand, channel, account, state, code, until, node, lease, changed`

var (
	addDevice = both(`insert into devices (brand, channel, changed) values ($1, $2, ` + now + `) on conflict (brand, channel) do nothing`)
	// Whoever holds it keeps it: the update changes nothing then.
	holdDevice = both(`update devices set node = $3, lease = ` + now + ` + $4
		where brand = $1 and channel = $2 and (node = $3 or lease <= ` + now + `)`)
	readDevice = both(`select ` + deviceColumns + ` from devices where brand = $1 and channel = $2`)
	setDevice  = both(`update devices set account = $4, changed = case when state = $5 then changed else ` + now + ` end, state = $5, code = $6, until = $7
		where brand = $1 and channel = $2 and node = $3 and lease > ` + now)
	freeDevice  = both(`update devices set lease = 0 where brand = $1 and channel = $2 and node = $3`)
	listDevices = both(`select ` + deviceColumns + ` from devices where brand = $1 order by channel`)
)

func scanDevice(scan scanner) (gateway.Device, error) {
	var d gateway.Device
	var until, lease, changed int64
	err := scan(&d.Brand, &d.Channel, &d.Account, &d.State, &d.Code, &until, &d.Node, &lease, &changed)
	d.Until, d.Lease, d.Changed = moment(until), moment(lease), moment(changed)
	return d, err
}

// HoldDevice implements gateway.Devices.
func (s *Store) HoldDevice(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, node gateway.NodeID, lease time.Duration) (gateway.Device, error) {
	d, err := gateway.Device{}, error(gateway.ErrNotFound)
	if e := s.ensure(ctx, brand); e != nil {
		return d, fmt.Errorf("hold the device of %s: %w", channel, e)
	}
	if e := s.write(ctx, func(x *session) error {
		if _, err := x.exec(ctx, holdDevice, string(brand), string(channel), string(node), lease.Microseconds()); err != nil {
			return err
		}
		read := func(scan scanner) error { d, err = scanDevice(scan); return err }
		if e := x.query(ctx, readDevice, read, string(brand), string(channel)); e != nil || err == nil {
			return e
		}
		if _, e := x.exec(ctx, addDevice, string(brand), string(channel)); e != nil {
			return e
		}
		if _, e := x.exec(ctx, holdDevice, string(brand), string(channel), string(node), lease.Microseconds()); e != nil {
			return e
		}
		return x.query(ctx, readDevice, read, string(brand), string(channel))
	}); e != nil {
		err = e
	}
	if err != nil {
		return gateway.Device{}, fmt.Errorf("hold the device of %s: %w", channel, err)
	}
	return d, nil
}

// SetDevice implements gateway.Devices.
func (s *Store) SetDevice(ctx context.Context, d gateway.Device) error {
	err := s.write(ctx, func(x *session) error {
		n, err := x.exec(ctx, setDevice, string(d.Brand), string(d.Channel), string(d.Node), d.Account, string(d.State), d.Code, micros(d.Until))
		if err == nil && n == 0 {
			err = gateway.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep how the device of %s is: %w", d.Channel, err)
	}
	return nil
}

// FreeDevice implements gateway.Devices.
func (s *Store) FreeDevice(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, node gateway.NodeID) error {
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, freeDevice, string(brand), string(channel), string(node))
		return err
	})
	if err != nil {
		return fmt.Errorf("free the device of %s: %w", channel, err)
	}
	return nil
}

// Devices implements gateway.Devices.
func (s *Store) Devices(ctx context.Context, brand conversation.BrandID) ([]gateway.Device, error) {
	var list []gateway.Device
	err := s.read.query(ctx, listDevices, func(scan scanner) error {
		d, err := scanDevice(scan)
		list = append(list, d)
		return err
	}, string(brand))
	if err != nil {
		return nil, fmt.Errorf("list the devices of %s: %w", brand, err)
	}
	return list, nil
}
