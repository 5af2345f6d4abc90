namespace ModelServing.Router.Rollouts;

/// <summary>This run of the router: others tell it from those before it and beside it.</summary>
internal sealed class RouterIncarnation
{
    internal Guid Id { get; } = Guid.NewGuid();

    /// <summary>The host's name and a part of the identifier.</summary>
    internal string Name => $"{Environment.MachineName}-{Id.ToString("N")[..8]}";
}
