namespace ModelServing.Registry.Safety;

/// <summary>How large and how deep an artifact may be. What is past a limit is refused; the defaults leave room above what exporters write.</summary>
public sealed record ArtifactLimits
{
    /// <summary>The defaults.</summary>
    public static ArtifactLimits Default { get; } = new();

    /// <summary>The most bytes of a model. 1.5 GiB by default, which still can be loaded from memory.</summary>
    public long ModelBytes { get; init; } = ModelRegistry.MaxModelBytes;

    /// <summary>How deep messages may be in each other. 64 by default; Protocol Buffers' own readers give up at 100.</summary>
    public int Nesting { get; init; } = 64;

    /// <summary>How deep graphs may be in each other, as bodies of <c>If</c>, <c>Loop</c> and <c>Scan</c>. 16 by default.</summary>
    public int Subgraphs { get; init; } = 16;

    /// <summary>The most nodes of all graphs and functions; also with each function's nodes counted wherever it is called. 250,000 by default.</summary>
    public int Nodes { get; init; } = 250_000;

    /// <summary>The most initializers of all graphs. 100,000 by default.</summary>
    public int Initializers { get; init; } = 100_000;

    /// <summary>The most attributes of one node. 1,000 by default.</summary>
    public int Attributes { get; init; } = 1_000;

    /// <summary>The most functions, inputs or outputs of one graph or node, operator sets or metadata entries. 10,000 by default.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>The most messages of all kinds: nodes, attributes, tensors, types, dimensions, and so on. 10,000,000 by default, which are
    /// read in seconds.</summary>
    public int Messages { get; init; } = 10_000_000;

    /// <summary>The most dimensions of a tensor. 64 by default.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>The most bytes of a name. 4,096 by default.</summary>
    public int NameBytes { get; init; } = 4096;

    /// <summary>The most bytes of a description or of a metadata entry's value. 1 MiB by default.</summary>
    public int TextBytes { get; init; } = 1024 * 1024;

    /// <summary>The most bytes of all names that have to be remembered until the end: initializers, operators, functions. 64 MiB by default.</summary>
    public long RememberedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most bytes of all sparse tensors, written out. 1.5 GiB by default.</summary>
    public long DenseBytes { get; init; } = ModelRegistry.MaxModelBytes;

    /// <summary>How many findings are kept; further ones are only counted. 50 by default.</summary>
    public int Findings { get; init; } = 50;
}
