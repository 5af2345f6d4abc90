namespace ModelServing.Registry.Safety;

/// <summary>The maximum size and nesting of an artifact. An artifact past a limit is refused. The defaults leave room above what exporters
/// write.</summary>
public sealed record ArtifactLimits
{
    public static ArtifactLimits Default { get; } = new();

    /// <summary>The maximum size of a model, in bytes. 1.5 GiB by default, which can still be loaded from memory.</summary>
    public long ModelBytes { get; init; } = ModelRegistry.MaxModelBytes;

    /// <summary>The maximum nesting of messages. 64 by default; Protocol Buffers' own readers stop at 100.</summary>
    public int Nesting { get; init; } = 64;

    /// <summary>The maximum nesting of graphs, as bodies of <c>If</c>, <c>Loop</c> and <c>Scan</c>. 16 by default.</summary>
    public int Subgraphs { get; init; } = 16;

    /// <summary>The maximum number of nodes in all graphs and functions, and also with every function call expanded. 250,000 by
    /// default.</summary>
    public int Nodes { get; init; } = 250_000;

    /// <summary>The maximum number of inputs and outputs of all nodes. 2,000,000 by default.</summary>
    public int References { get; init; } = 2_000_000;

    /// <summary>The maximum number of initializers in all graphs. 100,000 by default.</summary>
    public int Initializers { get; init; } = 100_000;

    /// <summary>The maximum number of attributes of one node. 1,000 by default.</summary>
    public int Attributes { get; init; } = 1_000;

    /// <summary>The maximum number of functions, of inputs or outputs of one graph or node, of operator sets, and of metadata entries.
    /// 10,000 each by default.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>The maximum number of messages of all kinds: nodes, attributes, tensors, types, dimensions, and so on. 10,000,000 by
    /// default, which takes seconds to read.</summary>
    public int Messages { get; init; } = 10_000_000;

    /// <summary>The maximum number of dimensions of a tensor. 64 by default.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>The maximum size of a name, in bytes. 4,096 by default.</summary>
    public int NameBytes { get; init; } = 4096;

    /// <summary>The maximum size of a description or of a metadata entry's value, in bytes. 1 MiB by default.</summary>
    public int TextBytes { get; init; } = 1024 * 1024;

    /// <summary>The maximum size, in bytes, of all names that must be remembered to the end of the file: initializers, operators,
    /// functions. 64 MiB by default.</summary>
    public long RememberedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The maximum size of all sparse tensors when expanded, in bytes. 1.5 GiB by default.</summary>
    public long DenseBytes { get; init; } = ModelRegistry.MaxModelBytes;

    /// <summary>The number of findings that are kept; further ones are only counted. 50 by default.</summary>
    public int Findings { get; init; } = 50;
}
