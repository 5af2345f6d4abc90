namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs fills views in a pod of an indexed Job of Kubernetes. The pod's index is the part of the entities.</summary>
public sealed record RebuildJobSettings : FeatureJobSettings
{
    public required CacheSettings Cache { get; init; }

    /// <summary>The environment's name, which is in the keys of the cache.</summary>
    public required string Environment { get; init; }

    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The number of parts.</summary>
    public required int Shards { get; init; }

    public override IReadOnlyList<string> Arguments => Sharded("rebuild", Shards, Views);

    private protected override void Write(IDictionary<string, string> variables)
    {
        variables[HostEnvironment.NameOf(nameof(Environment))] = Environment;
        Cache.Write(variables);
    }
}
