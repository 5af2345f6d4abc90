namespace ModelServing.OpenInference.Metadata;

/// <summary>What a server says about a model.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Versions">The versions that a request may name.</param>
/// <param name="Platform">What the model is made for.</param>
public sealed record ModelMetadata(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorMetadata> Inputs,
    IReadOnlyList<TensorMetadata> Outputs);
