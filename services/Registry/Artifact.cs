namespace ModelServing.Registry;

/// <summary>A version's verified artifact: size and digest of the model match the manifest.</summary>
/// <param name="Manifest">The version's manifest.</param>
/// <param name="Model">The bytes of <c>model.onnx</c>.</param>
public sealed record Artifact(Manifest Manifest, ReadOnlyMemory<byte> Model);
