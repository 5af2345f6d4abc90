using ModelServing.Features.Events.Log;

namespace ModelServing.FeatureServer.Events;

/// <summary>The event log, once it is open.</summary>
internal sealed class OpenLog
{
    private volatile EventLog? log;

    internal EventLog? Current
    {
        get => log;
        set => log = value;
    }
}
