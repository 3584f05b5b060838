package load

// wsDialect is what bench/peers/ws speaks: the same words as the bare hub.
type wsDialect struct{ plain }

func init() { register(wsDialect{}) }

func (wsDialect) Name() string { return "ws" }
