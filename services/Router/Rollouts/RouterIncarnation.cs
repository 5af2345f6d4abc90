namespace ModelServing.Router.Rollouts;

/// <summary>The identity of this run of the router, different from earlier runs and from other routers.</summary>
internal sealed class RouterIncarnation
{
    internal Guid Id { get; } = Guid.NewGuid();

    /// <summary>The host's name and a part of the identifier.</summary>
    internal string Name => $"{Environment.MachineName}-{Id.ToString("N")[..8]}";
}
