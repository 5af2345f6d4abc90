using ModelServing.Contracts.Features;
using ModelServing.OnlineStore;

namespace ModelServing.FeatureServer.Views;

/// <summary>A view that the server fills. Its definition is loaded in the background, because it may be published after the server has
/// started.</summary>
internal sealed class LoadedView(NamedView name)
{
    private volatile ViewStore? reading;
    private volatile ViewFollower? follower;

    internal NamedView Name { get; } = name;

    /// <summary>The view for readers; null until it is loaded.</summary>
    internal ViewStore? Reading
    {
        get => reading;
        set => reading = value;
    }

    /// <summary>Applies the event log; null until the view is loaded.</summary>
    internal ViewFollower? Follower
    {
        get => follower;
        set => follower = value;
    }
}
