namespace ModelServing.Registry;

/// <summary>A version's artifact, verified: the model's bytes are those that the manifest says.</summary>
/// <param name="Manifest">What the version is.</param>
/// <param name="Model">The bytes of <c>model.onnx</c>.</param>
public sealed record Artifact(Manifest Manifest, ReadOnlyMemory<byte> Model);
