package storetest

import (
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// devices is what is linked to phones, of which one node at a time holds each.
func devices(t *testing.T, open Opener) {
	const wa = conversation.ChannelID("lumen-wa")
	kept := func(t *testing.T) (*world, gateway.Devices) {
		w := begin(t, open)
		d, ok := w.Store.(gateway.Devices)
		if !ok {
			t.Fatalf("%T keeps no devices", w.Store)
		}
		return w, d
	}
	hold := func(w *world, d gateway.Devices, node gateway.NodeID, lease time.Duration) gateway.Device {
		w.t.Helper()
		held, err := d.HoldDevice(w.t.Context(), lumen, wa, node, lease)
		w.must(err)
		return held
	}
	t.Run("whoever comes first holds it, and renews it", func(t *testing.T) {
		w, d := kept(t)
		first := hold(w, d, "one", time.Hour)
		if first.Node != "one" || first.State != gateway.Unpaired || first.Account != "" || !first.Lease.After(w.dbNow()) || first.Changed.IsZero() {
			t.Errorf("first: %+v", first)
		}
		if again := hold(w, d, "one", 2*time.Hour); again.Node != "one" || !again.Lease.After(first.Lease) {
			t.Errorf("renewed: %+v, after %+v", again, first)
		}
	})
	t.Run("who comes while another holds it is told whose it is", func(t *testing.T) {
		w, d := kept(t)
		first := hold(w, d, "one", time.Hour)
		if second := hold(w, d, "two", 3*time.Hour); second.Node != "one" || !second.Lease.Equal(first.Lease) {
			t.Errorf("second: %+v", second)
		}
	})
	t.Run("it is taken over when the lease has ended, and who lost it may not set it", func(t *testing.T) {
		w, d := kept(t)
		mine := hold(w, d, "one", time.Hour)
		mine.Account, mine.State = "33612345678:1", gateway.Connected
		w.must(d.SetDevice(t.Context(), mine))
		hold(w, d, "one", -time.Second) // its lease is over at once
		second := hold(w, d, "two", time.Hour)
		if second.Node != "two" || second.Account != mine.Account || second.State != gateway.Connected {
			t.Errorf("taken over: %+v", second)
		}
		mine.State = gateway.LoggedOut
		w.refused(d.SetDevice(t.Context(), mine), gateway.ErrNotFound)
		second.State, second.Code, second.Until = gateway.Banned, "402", w.dbNow().Add(time.Hour).Truncate(time.Microsecond)
		w.must(d.SetDevice(t.Context(), second))
		if now := hold(w, d, "two", time.Hour); now.State != gateway.Banned || now.Code != "402" || !now.Until.Equal(second.Until) {
			t.Errorf("set: %+v", now)
		}
	})
	t.Run("whose lease has ended may not set it", func(t *testing.T) {
		w, d := kept(t)
		mine := hold(w, d, "one", -time.Second)
		w.refused(d.SetDevice(t.Context(), mine), gateway.ErrNotFound)
	})
	t.Run("only who holds it frees it", func(t *testing.T) {
		w, d := kept(t)
		hold(w, d, "one", time.Hour)
		w.must(d.FreeDevice(t.Context(), lumen, wa, "two"))
		if now := hold(w, d, "two", time.Hour); now.Node != "one" {
			t.Errorf("freed by another: %+v", now)
		}
		w.must(d.FreeDevice(t.Context(), lumen, wa, "one"))
		if now := hold(w, d, "two", time.Hour); now.Node != "two" {
			t.Errorf("freed: %+v", now)
		}
	})
	t.Run("it changed when its state did", func(t *testing.T) {
		w, d := kept(t)
		mine := hold(w, d, "one", time.Hour)
		mine.State = gateway.Connecting
		w.must(d.SetDevice(t.Context(), mine))
		first := hold(w, d, "one", time.Hour)
		mine.Code = "503"
		w.must(d.SetDevice(t.Context(), mine))
		if now := hold(w, d, "one", time.Hour); !now.Changed.Equal(first.Changed) || now.Code != "503" {
			t.Errorf("%+v, was %+v", now, first)
		}
	})
	t.Run("a brand's are listed, and no other's", func(t *testing.T) {
		w, d := kept(t)
		hold(w, d, "one", time.Hour)
		for _, of := range []struct {
			brand   conversation.BrandID
			channel conversation.ChannelID
		}{{lumen, "lumen-a"}, {other, "umbra-wa"}} {
			_, err := d.HoldDevice(t.Context(), of.brand, of.channel, "two", time.Hour)
			w.must(err)
		}
		list, err := d.Devices(t.Context(), lumen)
		w.must(err)
		if len(list) != 2 || list[0].Channel != "lumen-a" || list[1].Channel != wa || list[1].Node != "one" {
			t.Errorf("list: %+v", list)
		}
	})
}
