namespace ModelServing.Infra.Costs;

public sealed class CostTagsArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, the only region where tags can be defined.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The namespace's name, which the whole tenancy has once.</summary>
    public required string Namespace { get; init; }

    /// <summary>The names of the keys.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>Whether the tags are protected from deletion. True by default.</summary>
    public bool DataProtection { get; init; } = true;
}
