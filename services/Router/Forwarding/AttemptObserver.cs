namespace ModelServing.Router.Forwarding;

/// <summary>Called when an attempt has ended, before any retry. It runs on the thread that polls the sockets, so it must neither block nor
/// throw.</summary>
internal delegate void AttemptObserver(Attempt attempt, in AttemptResult result);
