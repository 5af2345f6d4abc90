namespace ModelServing.OpenInference.Metadata;

/// <summary>What a server says about itself.</summary>
/// <param name="Name">The server's name.</param>
/// <param name="Version">The server's version.</param>
/// <param name="Extensions">The extensions of the protocol that it has.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);
